//! Writes `include/ordvec.h`.

#[path = "../tests/support/header.rs"]
mod header;

fn main() -> std::io::Result<()> {
    let path = header::committed();
    std::fs::write(&path, header::generate())?;
    println!("wrote {}", path.display());
    Ok(())
}
