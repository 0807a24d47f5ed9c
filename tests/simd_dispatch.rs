//! Which kernels are used, and the cap in `ORDVEC_SIMD`.
//!
//! The level is decided once per process, so each cap is tried in a child: this binary again,
//! running only the ignored test `child`.

use ordvec::simd::{active_level, compiled_levels, detected_levels, Level, CAP_VARIABLE};
use ordvec::{OrdvecError, SignBitmap};
use std::process::Command;

/// This binary again, started by the emulator in `ORDVEC_TEST_RUNNER` if there is one.
fn this_binary() -> Command {
    let binary = std::env::current_exe().unwrap();
    let runner = std::env::var("ORDVEC_TEST_RUNNER").unwrap_or_default();
    let mut words = runner.split_whitespace();
    let Some(program) = words.next() else {
        return Command::new(binary);
    };
    let mut command = Command::new(program);
    command.args(words).arg(binary);
    command
}

/// Runs `child` under a cap and gives what it printed, as `key=value` lines.
fn under_cap(cap: Option<&str>) -> Vec<String> {
    let mut command = this_binary();
    command.args([
        "--exact",
        "child",
        "--ignored",
        "--nocapture",
        "--test-threads=1",
    ]);
    command
        .env_remove(CAP_VARIABLE)
        .envs(cap.map(|cap| (CAP_VARIABLE, cap)));
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "the child failed: {text}");
    text.lines()
        .filter(|line| line.contains('='))
        .map(str::to_owned)
        .collect()
}

#[test]
#[ignore = "run in a child process by the other tests"]
fn child() {
    match active_level() {
        Ok(level) => println!("\nlevel={level}"),
        Err(error) => println!("\nerror={error}"),
    }
    let mut index = SignBitmap::try_new(64).unwrap();
    index.try_add(&[1.0; 64]).unwrap();
    match index.try_score_all(&[1.0; 64]) {
        Ok(scores) => println!("scores={scores:?}"),
        Err(OrdvecError::SimdCap { found }) => println!("refused={found}"),
        Err(error) => panic!("{error}"),
    }
}

/// The best level that is compiled in, detected and not above the cap.
fn expected(cap: Level) -> Level {
    let usable = |level: &&Level| level.within(cap) && detected_levels().contains(level);
    *compiled_levels().iter().rev().find(usable).unwrap()
}

#[test]
fn each_cap_selects_the_best_level_under_it() {
    for cap in Level::ALL {
        let lines = under_cap(Some(cap.name()));
        assert_eq!(
            lines,
            [format!("level={}", expected(cap)), "scores=[64]".to_owned()]
        );
    }
    assert_eq!(expected(Level::Portable), Level::Portable);
}

#[test]
fn no_cap_selects_the_best_level() {
    let highest = *compiled_levels()
        .iter()
        .rfind(|l| detected_levels().contains(l))
        .unwrap();
    assert_eq!(
        under_cap(None),
        [format!("level={highest}"), "scores=[64]".to_owned()]
    );
}

#[test]
fn a_cap_that_names_no_level_is_an_error_everywhere() {
    for cap in ["", "AVX2", "avx-512", "sse4", "portable "] {
        let lines = under_cap(Some(cap));
        assert_eq!(lines.len(), 2, "{lines:?}");
        assert!(lines[0].starts_with("error=ORDVEC_SIMD must be one of portable, avx2"));
        assert_eq!(lines[1], format!("refused={cap}"));
    }
}

#[test]
fn the_lists_are_honest() {
    assert_eq!(compiled_levels()[0], Level::Portable);
    assert_eq!(detected_levels()[0], Level::Portable);
    let has = |level| compiled_levels().contains(&level);
    let x86 = cfg!(target_arch = "x86_64");
    assert!(!has(Level::Avx2) || x86 && cfg!(feature = "simd-avx2"));
    assert!(!has(Level::Avx512) || x86 && cfg!(feature = "simd-avx512"));
    assert!(!has(Level::Neon) || cfg!(all(target_arch = "aarch64", feature = "simd-neon")));
}

#[test]
fn names_and_ladders() {
    for level in Level::ALL {
        assert_eq!(Level::from_name(level.name()), Some(level));
        assert!(level.within(level) && Level::Portable.within(level));
        assert!(level == Level::Portable || !level.within(Level::Portable));
    }
    assert_eq!(Level::from_name("sse2"), None);
    assert!(Level::Avx2.within(Level::Avx512) && !Level::Avx512.within(Level::Avx2));
    assert!(!Level::Neon.within(Level::Avx512) && !Level::Avx2.within(Level::Neon));
}
