//! The README's table of codes is complete, and codes are spelled once.

use ordvec_manifest::codes;
use std::collections::BTreeSet;

#[test]
fn every_code_is_unique_and_tabulated() {
    let readme = include_str!("../README.md");
    let unique: BTreeSet<&str> = codes::ALL.iter().copied().collect();
    assert_eq!(unique.len(), codes::ALL.len());
    for code in codes::ALL {
        assert!(readme.contains(&format!("`{code}`")), "README lacks {code}");
    }
}
