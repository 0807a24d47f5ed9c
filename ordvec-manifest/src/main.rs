//! The `ordvec-manifest` command line. Exit status: 0 done or verified, 1 refused or not
//! verified, 2 wrong usage (decided by the argument parser alone).

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    cli::run(cli::Arguments::parse())
}
