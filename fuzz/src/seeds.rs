//! Inputs to begin with: small files of every class, their smallest defects, and short byte strings
//! that reach each arm of the structured targets. Made here, so that none is committed.

use crate::classes::Class;
use crate::input::noise;
use ordvec::{Bitmap, Rank, RankQuant, SignBitmap};

/// The seeds of one target, by its name.
pub fn of(target: &str) -> Vec<Vec<u8>> {
    match target {
        "load_rank" => damaged(&rank()),
        "load_rank_quant" => rank_quant().iter().flat_map(|file| damaged(file)).collect(),
        "load_bitmap" => damaged(&bitmap()),
        "load_sign_bitmap" => damaged(&sign_bitmap()),
        "probe" => {
            let files = [vec![rank(), bitmap(), sign_bitmap()], rank_quant()].concat();
            files.iter().flat_map(|file| damaged(file)).collect()
        }
        "manifest" => manifests(),
        _ => strings(),
    }
}

fn filled<C: Class>(index: Result<C, ordvec::OrdvecError>) -> Vec<u8> {
    let mut index = index.expect("allowed");
    index.insert(&noise(index.width() * 2, 1)).expect("finite");
    index.to_bytes().expect("the class has a format")
}

fn rank() -> Vec<u8> {
    filled(Rank::try_new(5))
}

fn rank_quant() -> Vec<Vec<u8>> {
    [(8, 1), (8, 2), (16, 4)]
        .map(|(dim, bits)| filled(RankQuant::try_new(dim, bits)))
        .to_vec()
}

fn bitmap() -> Vec<u8> {
    filled(Bitmap::try_new(64, 7))
}

fn sign_bitmap() -> Vec<u8> {
    filled(SignBitmap::try_new(64))
}

/// A file, and what is left of it after each of its smallest defects.
fn damaged(file: &[u8]) -> Vec<Vec<u8>> {
    let changed = |at: usize, value: u8| {
        let mut bytes = file.to_vec();
        bytes[at] = value;
        bytes
    };
    let last = file.len() - 1;
    // The last rank twice; and a byte that held bits without them.
    let twice = [&file[..last - 1], &file[last - 3..last - 1]].concat();
    let held = file.iter().rposition(|&byte| byte != 0).unwrap_or(last);
    vec![
        file.to_vec(),
        changed(0, b'T'),
        changed(4, 2),
        changed(5, 0),
        changed(last, !file[last]),
        changed(held, 0),
        twice,
        file[..last].to_vec(),
        [file, &[0]].concat(),
        file[..4].to_vec(),
        Vec::new(),
    ]
}

/// Byte strings whose first byte picks an arm; the rest is noise, zeros or ones.
fn strings() -> Vec<Vec<u8>> {
    let mut all = vec![Vec::new()];
    for first in 0..12 {
        let rest = noise(200, u16::from(first) + 1);
        let rest: Vec<u8> = rest.iter().map(|x| (x * 127.0) as i8 as u8).collect();
        all.push([&[first], rest.as_slice()].concat());
        all.push([&[first][..], &[1; 64]].concat());
        all.push([&[first][..], &[2; 40]].concat());
    }
    all
}

/// Manifests of schema v1, one for each way to identify rows and one with every section; what they
/// are in schema v2; and what is left of each after small defects.
fn manifests() -> Vec<Vec<u8>> {
    let old: [&[u8]; 3] = [
        include_bytes!("../../ordvec-manifest/tests/data/v1/identity.json"),
        include_bytes!("../../ordvec-manifest/tests/data/v1/rows.json"),
        include_bytes!("../../ordvec-manifest/tests/data/v1/sections.json"),
    ];
    let new = old.map(|text| manifest_of(text).to_bytes());
    let texts = old.into_iter().chain(new.iter().map(Vec::as_slice));
    texts
        .flat_map(|text| [text.to_vec(), text[..text.len() / 2].to_vec(), floats(text)])
        .collect()
}

/// The text with its first numbers as floats of many digits.
fn floats(text: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(text);
    text.replacen("64", "0.1000000000000000055", 4).into_bytes()
}

fn manifest_of(text: &[u8]) -> ordvec_manifest::IndexManifest {
    let path = std::env::temp_dir().join(format!("ordvec-fuzz-seed-{}", std::process::id()));
    std::fs::write(&path, text).expect("the temporary folder can be written");
    let document = ordvec_manifest::load_manifest_file(&path).expect("a good manifest");
    std::fs::remove_file(&path).expect("the file is there");
    document.manifest
}
