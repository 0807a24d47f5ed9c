//! Writes `include/ordvec.h` and its copy in the Go module.

#[path = "../tests/support/header.rs"]
mod header;

fn main() -> std::io::Result<()> {
    for path in header::committed() {
        std::fs::write(&path, header::generate())?;
        println!("wrote {}", path.display());
    }
    Ok(())
}
