//! Index files for the C program, and the lines that it must print.

use std::fs;
use std::path::Path;

use ordvec::{Bitmap, Rank, RankQuant};

const DIM: usize = 64;
const ROWS: usize = 20;
const QUERIES: usize = 3;
const K: usize = 5;
const CANDIDATES: [u32; 4] = [7, 2, 7, 19];

/// Command line of the program and its expected output.
pub struct Fixture {
    pub arguments: Vec<String>,
    pub expected: Vec<String>,
}

impl Fixture {
    /// Write the files into `folder`, which is made anew.
    pub fn write(folder: &Path) -> Self {
        let _ = fs::remove_dir_all(folder);
        fs::create_dir_all(folder).unwrap();
        let (corpus, queries) = (vectors(ROWS, 1), vectors(QUERIES, 2));
        let mut rankquant = RankQuant::try_new(DIM, 2).unwrap();
        let mut bitmap = Bitmap::try_new(DIM, 16).unwrap();
        let mut rank = Rank::try_new(DIM).unwrap();
        rankquant.try_add(&corpus).unwrap();
        bitmap.try_add(&corpus).unwrap();
        rank.try_add(&corpus).unwrap();

        let file = |name: &str| folder.join(name);
        rankquant.write(file("a.ovrq")).unwrap();
        bitmap.write(file("a.ovbm")).unwrap();
        rank.write(file("a.ovr")).unwrap();
        let whole = fs::read(file("a.ovrq")).unwrap();
        fs::write(file("cut.ovrq"), &whole[..whole.len() - 1]).unwrap();
        let bytes: Vec<u8> = queries
            .iter()
            .flat_map(|value| value.to_ne_bytes())
            .collect();
        fs::write(file("queries"), bytes).unwrap();

        let names = ["a.ovrq", "a.ovbm", "a.ovr", "cut.ovrq", "queries"];
        Self {
            arguments: names.map(|name| file(name).display().to_string()).to_vec(),
            expected: expected(&rankquant, &bitmap, &queries),
        }
    }
}

fn expected(rankquant: &RankQuant, bitmap: &Bitmap, queries: &[f32]) -> Vec<String> {
    let mut lines = vec![format!("version {}", env!("CARGO_PKG_VERSION"))];
    let all = rankquant.try_search_asymmetric(queries, K).unwrap();
    lines.extend(rows("rankquant-all", K, &all.scores, &all.indices));
    let all = bitmap.try_search(queries, K).unwrap();
    lines.extend(rows("bitmap-all", K, &all.scores, &all.indices));
    let subset = |query: &[f32]| {
        rankquant
            .try_search_asymmetric_subset(query, &CANDIDATES, K)
            .unwrap()
    };
    let found = joined(queries, subset);
    lines.extend(rows(
        "rankquant-subset",
        CANDIDATES.len(),
        &found.0,
        &found.1,
    ));
    let subset = |query: &[f32]| bitmap.try_search_subset(query, &CANDIDATES, K).unwrap();
    let found = joined(queries, subset);
    lines.extend(rows("bitmap-subset", CANDIDATES.len(), &found.0, &found.1));
    lines
}

fn joined(
    queries: &[f32],
    search: impl Fn(&[f32]) -> (Vec<f32>, Vec<i64>),
) -> (Vec<f32>, Vec<i64>) {
    let (scores, indices): (Vec<_>, Vec<_>) = queries.chunks(DIM).map(search).unzip();
    (scores.concat(), indices.concat())
}

/// The lines that `print` of the C program makes; a score is the hexadecimal of its bits.
fn rows(name: &str, width: usize, scores: &[f32], indices: &[i64]) -> Vec<String> {
    let line = |(at, (score, id)): (usize, (&f32, &i64))| {
        let (query, place) = (at / width, at % width);
        format!("{name} {query} {place} {id} {:08x}", score.to_bits())
    };
    scores.iter().zip(indices).enumerate().map(line).collect()
}

/// Reproducible values in [-1, 1) from a linear congruential generator.
fn vectors(rows: usize, seed: u64) -> Vec<f32> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 40) as f32 / (1u64 << 23) as f32 - 1.0
    };
    (0..rows * DIM).map(|_| next()).collect()
}
