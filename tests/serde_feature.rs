//! The `serde` feature covers `SearchResults`, under its field names.
#![cfg(feature = "serde")]

use ordvec::SearchResults;

#[test]
fn search_results_come_back_from_json() {
    let found = SearchResults {
        scores: vec![1.0, -0.5],
        indices: vec![3, -1],
        nq: 1,
        k: 2,
    };
    let text = serde_json::to_string(&found).unwrap();
    assert_eq!(
        text,
        r#"{"scores":[1.0,-0.5],"indices":[3,-1],"nq":1,"k":2}"#
    );
    assert_eq!(serde_json::from_str::<SearchResults>(&text).unwrap(), found);
}

#[test]
fn results_whose_lengths_differ_are_refused() {
    for text in [
        r#"{"scores":[1.0],"indices":[0],"nq":1,"k":2}"#,
        r#"{"scores":[1.0,0.5],"indices":[0],"nq":1,"k":2}"#,
        r#"{"scores":[],"indices":[],"nq":18446744073709551615,"k":2}"#,
    ] {
        let error = serde_json::from_str::<SearchResults>(text).unwrap_err();
        assert!(error.to_string().contains("expected"), "{error}");
    }
}
