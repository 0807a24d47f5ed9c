//! The committed header is the generated one, and the generated one is complete.

#[path = "support/header.rs"]
mod header;

use std::fs;

#[test]
fn the_committed_headers_have_not_drifted() {
    let generated = header::generate();
    for path in header::committed() {
        // A checkout with autocrlf has other line ends, which C does not mind.
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let committed = committed.replace("\r\n", "\n");
        if let Some(line) = first_difference(&committed, &generated) {
            panic!(
                "{} differs from the sources at line {}:\n  committed: {:?}\n  generated: {:?}\n\
                 mend it with: {}",
                path.display(),
                line + 1,
                committed.lines().nth(line),
                generated.lines().nth(line),
                header::MEND
            );
        }
    }
}

#[test]
fn a_drifted_header_is_noticed() {
    let generated = header::generate();
    let changed = generated.replacen("uint64_t dim;", "uint32_t dim;", 1);
    assert!(
        first_difference(&changed, &generated).is_some(),
        "a changed field"
    );
    let cut = generated.trim_end();
    assert!(
        first_difference(cut, &generated).is_some(),
        "a missing last line end"
    );
    assert_eq!(first_difference(&generated, &generated), None);
}

#[test]
fn the_header_is_ascii() {
    // Compilers differ in what they make of other characters, comments included.
    assert!(header::generate().is_ascii());
}

#[test]
fn every_exported_function_of_the_sources_is_declared() {
    let generated = header::generate();
    let mut found = 0;
    for entry in fs::read_dir(header::root().join("src")).unwrap() {
        let source = fs::read_to_string(entry.unwrap().path()).unwrap();
        for rest in source.split("extern \"C\" fn ").skip(1) {
            let name = rest.split('(').next().unwrap();
            assert!(
                generated.contains(&format!("{name}(")),
                "{name} is not in the header"
            );
            found += 1;
        }
    }
    assert_eq!(found, 12, "functions in ABI version 1");
}

/// Line at which the texts differ, from 0.
fn first_difference(left: &str, right: &str) -> Option<usize> {
    if left == right {
        return None;
    }
    let differs = |(l, r): (&str, &str)| l != r;
    let shorter = left.lines().count().min(right.lines().count());
    Some(
        left.lines()
            .zip(right.lines())
            .position(differs)
            .unwrap_or(shorter),
    )
}
