//! Writes a generated repository: `cargo run -p infragen-tests --example generate -- DIR MANIFESTS [SEED]`.

use std::process::ExitCode;

use camino::Utf8Path;
use infragen_tests::generate;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let (Some(folder), Some(Ok(manifests))) = (args.first(), args.get(1).map(|text| text.parse()))
    else {
        return ExitCode::from(2);
    };
    let seed = args.get(2).and_then(|text| text.parse().ok()).unwrap_or(1);
    match generate::write(
        Utf8Path::new(folder),
        &generate::repository(seed, manifests),
    ) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}
