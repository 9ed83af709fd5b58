//! Every command and every example of the help texts, run as a person runs it.
//!
//! `tests/cases/<command>.txt` holds what `infragen help <command>` says, and for each example that it gives
//! the exit code and what is printed. A new example is run without anybody adding it here.
//! `SNAPSHOTS=overwrite` writes the files anew.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::disallowed_types,
    clippy::print_stderr,
    reason = "runs the program over folders of its own"
)]

use std::fmt::Write as _;
use std::fs;
use std::io::{Seek as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use camino::Utf8Path;
use infragen_registry::Repository;
use infragen_registry::push::{self, Bundle};

/// A small repository: two environments, and the services that the examples speak of.
struct Fleet {
    _folder: tempfile::TempDir,
    path: PathBuf,
}

impl Fleet {
    /// With one service.
    fn new() -> Fleet {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().canonicalize().unwrap();
        let fleet = Fleet {
            _folder: folder,
            path,
        };
        fleet.write(".infragen.yaml", "registry: ghcr.io/acme\n");
        fleet.ok(&["new-service", "event-bus"]);
        fleet
    }

    /// With both services.
    fn whole() -> Fleet {
        let fleet = Fleet::new();
        fleet.ok(&["new-service", "activity", "--depends-on", "event-bus"]);
        fleet
    }

    /// With a ConfigMap that a Deployment takes.
    fn with_settings() -> Fleet {
        let fleet = Fleet::whole();
        fleet.write(
            "config/kustomization.yaml",
            "resources: [app.yaml]\nconfigMapGenerator:\n  - name: settings\n    literals: [A=1]\n",
        );
        fleet.write(
            "config/app.yaml",
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: app}\nspec:\n  template:\n    spec:\n      \
             volumes:\n        - name: settings\n          configMap: {name: settings}\n",
        );
        fleet
    }

    /// With texts to fill in, and what to fill in.
    fn to_fill_in() -> Fleet {
        let fleet = Fleet::whole();
        fleet.write(
            "app.yaml",
            "env: ${ENV}\nreplicas: ${REPLICAS:-1}\nscript: echo $${HOME} $PATH\n",
        );
        fleet.write("broken.yaml", "env: ${ENV-dev}\n");
        fleet.write("part.yaml", "env: ${ENV:1:-1}\n");
        fleet.write("settings.env", "# of all\nREPLICAS=2\n\nENV=staging\n");
        fleet.write(
            "settings.yaml",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  ENV: |\n    staging\n---\n\
             apiVersion: v1\nkind: Secret\nmetadata:\n  name: settings\ndata:\n  REPLICAS: Mw==\n",
        );
        fleet.write(
            "wrong.yaml",
            "apiVersion: v1\nkind: ConfigMap\ndata:\n  a.b: c\n",
        );
        fleet.write("pod.yaml", "apiVersion: v1\nkind: Pod\n");
        fleet.change("apps/activity/base/app.yaml", "path: ./", "path: ./${ENV}");
        fleet
    }

    /// With tags to pick from, as a registry lists them.
    fn with_tags() -> Fleet {
        let fleet = Fleet::new();
        let mut tags = String::new();
        for minor in [0, 1, 2, 3, 4, 5] {
            for patch in [0, 1] {
                let _ = writeln!(tags, "1.{minor}.{patch}");
            }
            let _ = writeln!(tags, "1.{minor}.0-preview-7\n1.{minor}.0-rc.1");
        }
        tags += "2.0.0\n2.0.0-rc.1\n2.0.0_build.5\n2.1.0\n\nlatest\n  sha256-0a.sig\nv1.5.1\nv2025.02.03\n";
        fleet.write("tags.txt", &tags);
        fleet.write("latest.txt", "latest\r\nedge\r\n");
        fleet.write("equal.txt", "v1.0.0\n1.0.0\n0.9.0\n");
        fleet
    }

    /// With a folder that stands in for the registry, and bundles in it.
    fn with_registry() -> Fleet {
        let fleet = Fleet::whole();
        fleet.write(
            ".infragen.yaml",
            "registry: ghcr.io/acme\nmirrors: {ghcr.io: registry}\n",
        );
        let folder = Utf8Path::from_path(&fleet.path).unwrap().join("registry");
        for service in ["activity", "event-bus"] {
            for (number, (tag, created)) in (1..).zip([
                ("v1.3.0", "2026-10-01T08:00:00Z"),
                ("v1.4.2", "2026-10-20T08:00:00Z"),
                ("v1.5.0-rc.1", "2026-11-02T08:00:00Z"),
                ("v1.5.0-staging-7", "2026-11-03T08:00:00Z"),
            ]) {
                let name = format!("ghcr.io/acme/{service}-kustomize");
                let manifest = format!(
                    "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {service}, namespace: {service}}}\ndata: {{version: {tag}}}\n"
                );
                let bundle = Bundle::flux([("config.yaml", manifest.as_bytes())])
                    .with("created", created)
                    .with("source", &format!("https://github.com/acme/{service}"))
                    .with("revision", &format!("{tag}@sha1:{number}234567"));
                push::to_layout(&folder, &Repository::named(&name).unwrap(), tag, &bundle).unwrap();
            }
        }
        fleet
    }

    /// With something in the cache, and something beside it.
    fn with_cache() -> Fleet {
        let fleet = Fleet::new();
        fleet.write("cache/registry-v1/answers/0123.json", "{}");
        fleet.write(
            "cache/registry-v1/layers/sha256-0123/app.yaml",
            "kind: Pod\n",
        );
        fleet.write("cache/other/file", "");
        fleet
    }

    /// With a commit on `main`, and changes on disk: objects that go, move, and cannot be changed.
    fn changed() -> Fleet {
        let fleet = Fleet::with_registry();
        let config = |name: &str, kind: &str, rest: &str| {
            format!(
                "---\napiVersion: v1\nkind: {kind}\nmetadata: {{name: {name}, namespace: event-bus}}\n{rest}\n"
            )
        };
        let claim = |class: &str| {
            config(
                "spool",
                "PersistentVolumeClaim",
                &format!("spec: {{storageClassName: {class}}}"),
            )
        };
        let secret = |value: &str| {
            config(
                "token",
                "Secret",
                &format!("stringData: {{token: {value}}}"),
            )
        };
        let settings = |level: &str| {
            config(
                "event-bus",
                "ConfigMap",
                &format!("data:\n  level: {level}\n  motd: |\n    one\n    {level}\n    three"),
            )
        };
        for environment in ["staging", "production"] {
            fleet.write(
                &format!("clusters/{environment}/config.yaml"),
                &(claim("slow")
                    + &secret("hunter2")
                    + &settings("info")
                    + &config("gone", "ConfigMap", "")),
            );
        }
        fleet.git(&["init", "-q", "-b", "main"]);
        fleet.git(&["add", "--all"]);
        fleet.git(&["commit", "-q", "-m", "all"]);
        fleet.write(
            "clusters/production/config.yaml",
            &(claim("fast") + &secret("hunter3") + &settings("debug")),
        );
        fleet.write(
            "clusters/staging/config.yaml",
            &(claim("slow")
                + &secret("hunter2")
                + &settings("debug")
                + &config("gone", "ConfigMap", "")),
        );
        fs::remove_file(fleet.path.join("clusters/production/apps/event-bus.yaml")).unwrap();
        fleet
    }

    fn git(&self, arguments: &[&str]) {
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@b"])
            .args(arguments)
            .current_dir(&self.path)
            .output()
            .unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
    }

    /// With something that is only likely to be wrong.
    fn doubtful() -> Fleet {
        let fleet = Fleet::whole();
        for environment in ["staging", "production"] {
            fleet.change(
                &format!("clusters/{environment}/apps/event-bus.yaml"),
                "namespace: flux-system",
                "namespace: other",
            );
        }
        fleet
    }

    /// And something that is certainly wrong.
    fn faulty() -> Fleet {
        let fleet = Fleet::doubtful();
        fleet.change(
            "apps/activity/base/app.yaml",
            "name: activity\n  path",
            "name: activty\n  path",
        );
        fleet
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    #[track_caller]
    fn change(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path.join(path)).unwrap();
        assert!(text.contains(from), "{text}");
        self.write(path, &text.replacen(from, to, 1));
    }

    fn run(&self, arguments: &[&str]) -> Output {
        run(&self.path, arguments)
    }

    #[track_caller]
    fn ok(&self, arguments: &[&str]) {
        let output = self.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    run_with(folder, arguments, Stdio::null())
}

fn run_with(folder: &Path, arguments: &[&str], input: Stdio) -> Output {
    Command::new(env!("CARGO_BIN_EXE_infragen"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("INFRAGEN_LOG")
        .env("INFRAGEN_CACHE", folder.join("cache"))
        .stdin(input)
        .output()
        .unwrap()
}

/// Runs a command as a shell would, with a file as its input (`< app.yaml`), or after another (`|`). Only the
/// last one's output is of interest.
fn run_line(folder: &Path, line: &str) -> Output {
    let mut input = Stdio::null();
    let mut parts = split_unquoted(line, &['|'])
        .into_iter()
        .map(str::trim)
        .peekable();
    loop {
        let part = parts.next().unwrap();
        let (command, file) = part.rsplit_once(" < ").unzip();
        if let Some(file) = file {
            input = fs::File::open(folder.join(file)).unwrap().into();
        }
        let output = run_with(folder, &words(command.unwrap_or(part)), input);
        if parts.peek().is_none() {
            return output;
        }
        assert!(output.status.success(), "{line}: {output:?}");
        let mut between = tempfile::tempfile().unwrap();
        between.write_all(&output.stdout).unwrap();
        between.rewind().unwrap();
        input = between.into();
    }
}

/// The examples of a help text, without what they are piped into, unless it is infragen again.
fn examples(help: &str) -> Vec<String> {
    let (_, examples) = help.split_once("Examples:\n").unwrap();
    examples
        .lines()
        .filter_map(|line| line.strip_prefix("  "))
        .filter(|line| line.starts_with("infragen"))
        .map(|line| {
            // What it does stands behind it, apart by blanks.
            let command = line.split("   ").next().unwrap_or(line);
            let command = split_unquoted(command, &[';', '>']).swap_remove(0);
            let own = split_unquoted(command, &['|']).into_iter().map(str::trim);
            let own: Vec<_> = own
                .take_while(|part| part.starts_with("infragen"))
                .collect();
            own.join(" | ")
        })
        .collect()
}

/// A command line as a shell would take it apart.
fn words(command: &str) -> Vec<&str> {
    let words = split_unquoted(command, &[' ']).into_iter().skip(1);
    words.map(|word| word.trim_matches('\'')).collect()
}

/// Splits a text at some letters, but not between quotes.
fn split_unquoted<'t>(text: &'t str, at: &[char]) -> Vec<&'t str> {
    let mut quoted = false;
    let parts = text.split(|letter: char| {
        quoted ^= letter == '\'';
        !quoted && at.contains(&letter)
    });
    parts.collect()
}

fn text(bytes: &[u8], top: &Path) -> String {
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    text.replace(top.to_str().unwrap(), "TOP")
}

/// Texts with how long ago something was, and with times of today, are not the same tomorrow.
fn without_ages(text: &str) -> String {
    let mut out = String::new();
    for line in text.split_inclusive('\n') {
        let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        for at in 1..words.len() {
            let unit = words[at].trim_end_matches([',', '\n', 's']).to_owned();
            let is_age = ["moment", "minute", "hour", "day", "week", "month", "year"]
                .contains(&unit.as_str());
            if is_age && words[at - 1].bytes().all(|byte| byte.is_ascii_digit()) {
                words[at - 1] = "N".to_owned();
                words[at] = words[at].replace(&unit, "day").replace("days", "day");
            }
        }
        let line = words.join(" ");
        match line.split_once("\"asked\": ") {
            Some((before, _)) => out += &format!("{before}\"asked\": NOW,\n"),
            None => out += &line.replace("asked moments ago", "asked N day ago"),
        }
    }
    // Columns are as wide as what stands in them.
    let mut columns = String::new();
    for line in out.split_inclusive('\n') {
        let parts: Vec<_> = line.split("  ").filter(|part| !part.is_empty()).collect();
        let table = line.contains(" · N day") || line.starts_with("service ");
        columns += &if table {
            parts.join("  ")
        } else {
            line.to_owned()
        };
    }
    columns
}

/// What a person sees of one run.
fn transcript(command: &str, fleet: &Fleet, out: &mut String) {
    // Examples may write to a place of their own.
    let outside = fleet.path.join("demo");
    let command_here = command.replace("/tmp/fleet", outside.to_str().unwrap());
    let output = run_line(&fleet.path, &command_here);
    let code = output.status.code();
    let _ = write!(out, "\n$ {command}\nexit {}\n", code.unwrap_or(-1));
    for (name, bytes) in [("stdout", &output.stdout), ("stderr", &output.stderr)] {
        let mut text = text(bytes, &fleet.path);
        // Pictures are looked at elsewhere: here it is enough how they begin.
        if ["--format html", "--format svg"]
            .iter()
            .any(|format| command.contains(format))
        {
            text.truncate(text.find('\n').map_or(0, |end| end + 1));
        }
        let text = match command.starts_with("infragen versions") {
            true => without_ages(&text),
            false => text,
        };
        if !text.is_empty() {
            let _ = write!(out, "--- {name}\n{text}");
        }
    }
}

/// Compares a help text and its examples with what is written down.
fn check(command: &str, fleet: fn() -> Fleet) {
    let here = fleet();
    let help = here.run(&["help", command]);
    let help = text(&help.stdout, &here.path);
    let mut told = help.clone();
    let examples = examples(&help);
    assert!(!examples.is_empty(), "{help}");
    for example in examples {
        // Each in a repository that no other has changed.
        transcript(&example, &fleet(), &mut told);
    }
    compare(command, &told);
}

fn compare(name: &str, told: &str) {
    let path = format!("{}/tests/cases/{name}.txt", env!("CARGO_MANIFEST_DIR"));
    let expected =
        snapbox::Data::read_from(Path::new(&path), Some(snapbox::data::DataFormat::Text));
    snapbox::assert_data_eq!(told, expected.raw());
}

#[test]
fn check_of_a_repository() {
    check("check", Fleet::faulty);
}

#[test]
fn new_service() {
    check("new-service", Fleet::new);
}

#[test]
fn add_env() {
    check("add-env", Fleet::whole);
}

#[test]
fn rename() {
    check("rename", Fleet::with_settings);
}

#[test]
fn mv() {
    check("mv", Fleet::whole);
}

#[test]
fn what_rename_and_mv_refuse() {
    let mut told = String::new();
    for command in [
        "infragen rename Kustomization/nothing apps",
        "infragen rename event-bus bus",
        "infragen rename Kustomization/flux-system/event-bus activity",
        "infragen rename Kustomization/flux-system/event-bus Event_Bus",
        "infragen rename Namespace/activity other",
        "infragen mv nowhere here",
        "infragen mv apps/activity apps/event-bus",
        "infragen mv apps/activity apps/activity/base/x",
        "infragen mv apps/activity ../activity",
        "infragen mv apps/activity/base/app.yaml apps/activity/base/kustomization.yaml",
        "infragen mv apps/activity/base/kustomization.yaml apps/activity/kustomization.yaml --dry-run",
    ] {
        transcript(command, &Fleet::whole(), &mut told);
    }
    compare("what-rename-and-mv-refuse", &told);
}

#[test]
fn graph() {
    check("graph", Fleet::whole);
}

#[test]
fn diff() {
    check("diff", Fleet::changed);
}

#[test]
fn what_diff_says_besides() {
    let mut told = String::new();
    for command in [
        "infragen diff",
        "infragen diff --since nowhere",
        "infragen diff --since main nothing",
        "infragen diff --env staging",
        "infragen diff --env staging prodction",
        "infragen diff --env staging production --fail-on delete",
        "infragen diff --since main --env staging production",
        "infragen diff --since main --format json event-bus",
    ] {
        transcript(command, &Fleet::changed(), &mut told);
    }
    let _ = writeln!(told, "\n# without git");
    transcript("infragen diff --since main", &Fleet::new(), &mut told);
    let _ = writeln!(told, "\n# nothing changed");
    let fleet = Fleet::changed();
    fleet.git(&["commit", "--all", "-q", "-m", "more"]);
    transcript(
        "infragen diff --since main --fail-on delete",
        &fleet,
        &mut told,
    );
    let _ = writeln!(told, "\n# a build fails on disk");
    fleet.write(
        "clusters/staging/kustomization.yaml",
        "resources: [nowhere.yaml]\n",
    );
    transcript("infragen diff --since main", &fleet, &mut told);
    let _ = writeln!(told, "\n# and failed before");
    fleet.git(&["add", "--all"]);
    fleet.git(&["commit", "-q", "-m", "failing"]);
    transcript("infragen diff --since main", &fleet, &mut told);
    let _ = writeln!(told, "\n# environments come and go");
    fs::remove_file(fleet.path.join("clusters/staging/kustomization.yaml")).unwrap();
    fs::rename(
        fleet.path.join("clusters/staging"),
        fleet.path.join("clusters/test"),
    )
    .unwrap();
    transcript("infragen diff --since main", &fleet, &mut told);
    compare("what-diff-says-besides", &told);
    assert!(!told.contains("hunter"), "{told}");
}

/// On disk and in the folder of git nothing changes, whatever is compared.
#[test]
fn diff_writes_nothing() {
    let fleet = Fleet::changed();
    let state = || {
        let mut found = Vec::new();
        let mut folders = vec![fleet.path.clone()];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let changed = path.metadata().unwrap().modified().unwrap();
                    found.push((path.clone(), fs::read(&path).unwrap(), changed));
                }
            }
        }
        found.sort();
        found
    };
    let before = state();
    fleet.ok(&["diff", "--since", "main"]);
    fleet.ok(&["diff", "--env", "staging", "production"]);
    assert!(before == state(), "something was written");
}

#[test]
fn diff_is_coloured_on_demand_only() {
    let fleet = Fleet::changed();
    let plain = fleet.run(&["diff", "--since", "main"]).stdout;
    let coloured = fleet
        .run(&["diff", "--since", "main", "--color", "always"])
        .stdout;
    assert!(!plain.contains(&0x1b));
    assert!(
        coloured.windows(5).any(|bytes| bytes == b"\x1b[31m"),
        "nothing is red"
    );
}

/// What a Secret gives to a variable is in no output, and that it is missing there is said.
#[test]
fn build_shows_nothing_of_a_secret() {
    let fleet = Fleet::new();
    fleet.write(
        "clusters/dev/apps.yaml",
        "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: apps\n  namespace: flux-system\n\
         spec:\n  path: ./plain\n  prune: true\n  interval: 1h\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n  \
         postBuild:\n    substitute:\n      LEVEL: debug\n    substituteFrom:\n      - kind: Secret\n        name: vars\n---\n\
         apiVersion: v1\nkind: Secret\nmetadata:\n  name: vars\n  namespace: flux-system\nstringData:\n  PASSWORD: hunter2\n",
    );
    fleet.write(
        "plain/config.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: app\n  namespace: apps\nstringData:\n  password: ${PASSWORD}\n  \
         level: ${LEVEL}\n",
    );
    let mut told = String::new();
    let command = "infragen build --env dev flux-system/apps";
    transcript(command, &fleet, &mut told);
    assert!(told.contains("password: ${PASSWORD}"), "{told}");
    assert!(told.contains("level: debug"), "{told}");
    let line = "left as written, because Secrets give their values: `${PASSWORD}`";
    assert!(told.contains(line), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
}

#[test]
fn explain() {
    check("explain", Fleet::new);
}

#[test]
fn cache() {
    check("cache", Fleet::with_cache);
}

#[test]
fn envsubst() {
    check("envsubst", Fleet::to_fill_in);
}

#[test]
fn pick() {
    check("pick", Fleet::with_tags);
}

#[test]
fn versions() {
    check("versions", Fleet::with_registry);
}

#[test]
fn pull() {
    check("pull", Fleet::with_registry);
}

#[test]
fn what_versions_say_of_what_is_wrong() {
    let mut told = String::new();
    let patch = "apps/activity/overlays/production/patches/oci-repository-patch.yaml";
    for (from, to, about) in [
        ("\">=0.0.0\"", "^9", "nothing fits"),
        ("\">=0.0.0\"", "1.x.y", "no range"),
        (
            "semver: \">=0.0.0\"",
            "semver: null\n    tag: v1.4.9",
            "no such tag",
        ),
    ] {
        let fleet = Fleet::with_registry();
        fleet.change(patch, from, to);
        let _ = writeln!(told, "\n# {about}");
        transcript("infragen versions activity", &fleet, &mut told);
        transcript(
            "infragen versions activity --format json --env production",
            &fleet,
            &mut told,
        );
    }
    let _ = writeln!(told, "\n# no registry, and no network");
    let fleet = Fleet::with_registry();
    fleet.write(".infragen.yaml", "");
    transcript("infragen versions --offline", &fleet, &mut told);
    transcript("infragen pull --offline", &fleet, &mut told);
    let _ = writeln!(told, "\n# what is none");
    for command in [
        "infragen versions activty",
        "infragen versions --env prod",
        "infragen versions --as-of yesterday",
        "infragen versions --explain",
        "infragen diff --bundle v1.4.2 v1.5.0 activity",
        "infragen diff --bundle v1.4.2 v1.3.0 nothing",
        "infragen diff --bundle v1.4.2 v1.3.0",
    ] {
        transcript(command, &Fleet::with_registry(), &mut told);
    }
    compare("what-versions-say-of-what-is-wrong", &told);
}

/// A folder that stands in for a registry is as old as its index.
#[test]
fn versions_say_how_old_the_tags_are() {
    let fleet = Fleet::with_registry();
    let note = "ghcr.io/acme/activity-kustomize, ghcr.io/acme/event-bus-kustomize: tags as of 3 days ago\n";
    let told = |arguments: &[&str]| text(&fleet.run(arguments).stdout, &fleet.path);
    assert!(!told(&["versions", "--offline"]).contains("tags as of"));
    let three_days = std::time::Duration::from_secs(3 * 86_400);
    for service in ["activity", "event-bus"] {
        let index = format!("registry/acme/{service}-kustomize/index.json");
        let index = fs::File::options().write(true).open(fleet.path.join(index));
        let then = std::time::SystemTime::now() - three_days;
        index.unwrap().set_modified(then).unwrap();
    }
    for offline in [&["versions"][..], &["versions", "--offline"]] {
        assert!(
            told(offline).contains(&format!("\n\n{note}")),
            "{offline:?}"
        );
    }
    let markdown = told(&["versions", "--offline", "--format", "markdown"]);
    assert!(markdown.contains(&format!("\n\n- {note}")), "{markdown}");
}

#[test]
fn ages_of_an_earlier_time_count_from_it() {
    let fleet = Fleet::with_registry();
    let told = |date: &str| {
        let output = fleet.run(&["versions", "activity", "--as-of", date]);
        text(&output.stdout, &fleet.path)
    };
    let then = told("2026-11-04T12:00:00Z");
    assert!(then.contains("v1.4.2 · 2 weeks"), "{then}");
    assert!(then.contains("v1.5.0-staging-7 · 1 day"), "{then}");
    // Nothing is older than it is today.
    let ahead = told("2199-01-01");
    for years in ["172 years", "173 years"] {
        assert!(!ahead.contains(years), "{ahead}");
    }
}

#[test]
fn versions_say_where_flux_may_take_either() {
    let fleet = Fleet::with_registry();
    let folder = Utf8Path::from_path(&fleet.path).unwrap().join("registry");
    let web = Repository::named("ghcr.io/acme/activity-kustomize").unwrap();
    let bundle = Bundle::flux([("app.yaml", b"kind: Pod".as_slice())]);
    push::to_layout(&folder, &web, "1.4.2", &bundle).unwrap();
    let note = "activity in production: 1.4.2, v1.4.2 are the same version, and Flux may take any of them\n";
    let told = || text(&fleet.run(&["versions", "activity"]).stdout, &fleet.path);
    // Of few tags the first one counts.
    assert!(!told().contains(note));
    for patch in 0..12 {
        push::to_layout(&folder, &web, &format!("1.0.{patch}"), &bundle).unwrap();
    }
    assert!(told().contains(note), "{}", told());
}

#[test]
fn versions_say_what_does_not_build() {
    let fleet = Fleet::with_registry();
    let told = |arguments: &[&str]| text(&fleet.run(arguments).stdout, &fleet.path);
    let note = "does not build in staging";
    assert!(!told(&["versions"]).contains(note));
    let overlay = fleet
        .path
        .join("apps/activity/overlays/staging/kustomization.yaml");
    let before = std::fs::read_to_string(&overlay).unwrap();
    std::fs::write(&overlay, before + "nonsense: [\n").unwrap();
    let text = told(&["versions"]);
    assert!(text.contains(note), "{text}");
    assert!(!text.contains("does not build in production"), "{text}");
    assert!(!told(&["versions", "--env", "production"]).contains(note));
}

/// What stands in a bundle counts where that is asked for, and nowhere else.
#[test]
fn bundles_are_gone_into_on_demand() {
    let fleet = Fleet::with_registry();
    let has = |arguments: &[&str]| {
        let output = fleet.run(arguments);
        let text = text(&output.stdout, &fleet.path);
        text.contains("version: v1.4.2")
    };
    let build = ["build", "--env", "production"];
    assert!(!has(&build));
    // A folder needs no fetching.
    assert!(has(&["build", "--env", "production", "--bundles"]));
    assert!(!has(&build));
}

#[test]
fn what_pick_cannot_take() {
    let mut told = String::new();
    for command in [
        "infragen pick '^9' --tags tags.txt",
        "infragen pick '^9' --format json --tags latest.txt",
        "infragen pick '*' --tags latest.txt",
        "infragen pick '*' --tags equal.txt",
        "infragen pick '^1 || nope' --tags tags.txt",
        "infragen pick '^1 || nope' --format json --tags tags.txt",
        "infragen pick '' --tags tags.txt",
        "infragen pick '^1' --filter '[a' --tags tags.txt",
        "infragen pick '^1' --filter '[a' --format json --tags tags.txt",
        "infragen pick '^1' --flux new --tags tags.txt",
        "infragen pick '^1' --tags nowhere",
        "infragen pick '^1'",
    ] {
        transcript(command, &Fleet::with_tags(), &mut told);
    }
    compare("what-pick-cannot-take", &told);
}

#[test]
fn what_envsubst_refuses() {
    let mut told = String::new();
    for command in [
        "infragen envsubst < app.yaml",
        "infragen envsubst --set ENV=dev < broken.yaml",
        "infragen envsubst --lax < broken.yaml",
        "infragen envsubst --set ENV < app.yaml",
        "infragen envsubst --set MY-ENV=dev < app.yaml",
        "infragen envsubst --from nowhere < app.yaml",
        "infragen envsubst --from wrong.yaml < app.yaml",
        "infragen envsubst --from pod.yaml < app.yaml",
        "infragen envsubst --from app.yaml < app.yaml",
        "infragen envsubst app.yaml",
        "infragen envsubst --set ENV=abcd < part.yaml",
        "infragen envsubst --flux new < app.yaml",
    ] {
        transcript(command, &Fleet::to_fill_in(), &mut told);
    }
    compare("what-envsubst-refuses", &told);
}

#[test]
fn what_goes_wrong() {
    let mut told = String::new();
    for command in [
        "infragen",
        "infragen chekc",
        "infragen check nowhere",
        "infragen check --format yaml",
        "infragen graph --env nowhere",
        "infragen new-service Activity",
        "infragen add-env staging",
        "infragen explain nothing",
        "infragen completions cmd",
        "infragen demo .",
    ] {
        transcript(command, &Fleet::new(), &mut told);
    }
    compare("what-goes-wrong", &told);
}

#[test]
fn a_build_warns_of_deprecated_fields() {
    let fleet = Fleet::new();
    fleet.write(
        "base/kustomization.yaml",
        "nameSuffix: -s\ncommonLabels: {a: b}\nconfigMapGenerator: [{name: cm}]\n",
    );
    fleet.write("top/kustomization.yaml", "bases: [../base]\n");
    for (arguments, base, top) in [
        (
            &["build", "top"][..],
            "base/kustomization.yaml:2",
            "top/kustomization.yaml:1",
        ),
        (
            &["build", "--recursive", ".", "--out-dir", "out"],
            "base/kustomization.yaml:2",
            "top/kustomization.yaml:1",
        ),
    ] {
        let output = fleet.run(arguments);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let warned = text(&output.stderr, &fleet.path);
        let mut lines: Vec<&str> = warned.lines().collect();
        lines.sort_unstable();
        assert_eq!(
            lines,
            [
                format!("warning: `bases` is deprecated, use `resources` instead ({top})"),
                format!("warning: `commonLabels` is deprecated, use `labels` instead ({base})"),
            ]
        );
    }
}

#[test]
fn no_build_of_many_is_lost_or_old() {
    let fleet = Fleet::new();
    for (directory, name) in [("", "top"), ("root/", "below"), ("b/", "b")] {
        let object = format!("apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n");
        fleet.write(&format!("{directory}a.yaml"), &object);
        fleet.write(
            &format!("{directory}kustomization.yaml"),
            "resources: [a.yaml]\n",
        );
    }
    let build = || fleet.run(&["build", "--recursive", ".", "--out-dir", "out"]);
    let built = |name: &str| std::fs::read_to_string(fleet.path.join("out").join(name));
    assert_eq!(build().status.code(), Some(0));
    assert!(built("root.yaml").unwrap().contains("name: below"));
    assert!(built("root-1.yaml").unwrap().contains("name: top"));
    assert!(built("b.yaml").unwrap().contains("name: b"));
    fleet.write("b/kustomization.yaml", "resources: [missing.yaml]\n");
    assert_eq!(build().status.code(), Some(1));
    assert!(
        built("b.yaml").is_err(),
        "what was built before is no answer any more"
    );
    assert!(built("root.yaml").is_ok());
    fleet.write("b.yaml/c/kustomization.yaml", "");
    let output = build();
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output.stderr, &fleet.path);
    assert!(
        said.contains("`b` and `b.yaml/c` cannot be built into one folder"),
        "{said}"
    );
    std::fs::remove_dir_all(fleet.path.join("b.yaml")).unwrap();
    fleet.write(
        "d/e/kustomization.yaml",
        "namePrefix: x-\nconfigMapGenerator: [{name: a}]\n",
    );
    fleet.write("out/d", "");
    let said = text(&build().stderr, &fleet.path);
    assert!(
        said.contains("`out/d` is a file where a folder is needed"),
        "{said}"
    );
}

#[test]
fn exit_codes_of_a_check() {
    let mut told = String::new();
    for (fleet, about) in [
        (Fleet::whole as fn() -> Fleet, "no findings"),
        (Fleet::doubtful, "warnings only"),
    ] {
        let _ = writeln!(told, "\n# {about}");
        for options in ["", " --fail-on warning", " --format json"] {
            transcript(&format!("infragen check{options}"), &fleet(), &mut told);
        }
    }
    compare("exit-codes", &told);
}

/// Scripts and sessions are long; that they come, and how they end, is enough. `lsp --tcp` is run by the tests of
/// the protocol.
#[test]
fn the_examples_of_the_other_commands_run() {
    for command in ["completions", "demo", "lsp"] {
        let fleet = Fleet::new();
        let help = text(&fleet.run(&["help", command]).stdout, &fleet.path);
        for example in examples(&help) {
            if example.contains("--tcp") {
                continue;
            }
            let outside = fleet.path.join("demo");
            let example = example.replace("/tmp/fleet", outside.to_str().unwrap());
            let output = fleet.run(&words(&example));
            // A client that leaves without a word is an error of the protocol.
            let code = i32::from(command == "lsp");
            assert_eq!(output.status.code(), Some(code), "{example}: {output:?}");
            assert_eq!(output.stdout.is_empty(), command == "lsp", "{example}");
        }
    }
}

#[test]
fn the_examples_of_the_top_are_commands_with_help_of_their_own() {
    let fleet = Fleet::new();
    let help = text(&fleet.run(&["help"]).stdout, &fleet.path);
    for example in examples(&help) {
        let arguments = words(&example);
        let of_command = fleet.run(&["help", arguments[0]]);
        let of_command = text(&of_command.stdout, &fleet.path);
        let known = examples(&of_command).iter().any(|known| {
            let known = words(known);
            arguments.iter().all(|argument| known.contains(argument))
        });
        assert!(known, "{example} is none of\n{of_command}");
    }
}

#[test]
fn the_readme_names_commands_that_exist() {
    let readme = concat!(env!("CARGO_MANIFEST_DIR"), "/../../README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let fleet = Fleet::new();
    let mut named = Vec::new();
    for code in readme.split('`').skip(1).step_by(2) {
        let Some(rest) = code.strip_prefix("infragen ") else {
            continue;
        };
        let command = rest.trim_start_matches("help ").split(' ').next().unwrap();
        let output = fleet.run(&["help", command]);
        assert_eq!(output.status.code(), Some(0), "{code}: {output:?}");
        // A placeholder in the README is one of the command line.
        let help = text(&output.stdout, &fleet.path);
        for word in rest
            .split([' ', '[', ']'])
            .skip(1)
            .filter(|word| !word.is_empty())
        {
            let word = word.trim_end_matches('S');
            assert!(help.contains(word), "{code}: no {word} in\n{help}");
        }
        named.push(command.to_owned());
    }
    let help = text(&fleet.run(&["help"]).stdout, &fleet.path);
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| !line.is_empty());
    let commands = commands.filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    for command in commands.filter(|command| !command.is_empty()) {
        let shown = named.iter().any(|named| named == command);
        assert!(
            shown || ["demo", "help"].contains(&command),
            "{command} is not in the README"
        );
    }
}

/// A folder that nothing marks as a repository is one where a command begins.
#[test]
fn a_move_counts_from_the_current_folder() {
    let fleet = Fleet::new();
    fs::remove_file(fleet.path.join(".infragen.yaml")).unwrap();
    fleet.write("overlay/kustomization.yaml", "resources: [../parts/base]\n");
    fleet.write("parts/base/kustomization.yaml", "resources: []\n");
    fleet.ok(&["mv", "parts/base", "parts/common"]);
    let text = fs::read_to_string(fleet.path.join("overlay/kustomization.yaml")).unwrap();
    assert_eq!(text, "resources: [../parts/common]\n");
}

#[test]
fn the_edits_of_a_dry_run_show_no_data_of_a_secret() {
    let fleet = Fleet::new();
    fleet.write("config/kustomization.yaml", "resources: [secret.yaml]\n");
    fleet.write(
        "config/secret.yaml",
        "apiVersion: v1\nkind: Secret\nmetadata:\n  name: token\nstringData:\n  key: hunter2\n",
    );
    let output = fleet.run(&["rename", "Secret/token", "key"]);
    let shown = text(&output.stdout, &fleet.path);
    assert!(shown.contains("+  name: key"), "{output:?}");
    assert!(shown.contains(" (data of a Secret: not shown)"), "{shown}");
    assert!(!shown.contains("hunter2"), "{shown}");
}

/// On a terminal, which `script` makes up.
#[test]
fn no_color_is_honoured_on_a_terminal() {
    let fleet = Fleet::faulty();
    let on_terminal = |no_color: bool| {
        let mut command = Command::new("script");
        let check = format!("{} check", env!("CARGO_BIN_EXE_infragen"));
        command.args(["--quiet", "--return", "--command", &check, "/dev/null"]);
        command
            .current_dir(&fleet.path)
            .env("TERM", "xterm")
            .stdin(Stdio::null());
        command.env_remove("NO_COLOR");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        command.output().ok()
    };
    let (Some(coloured), Some(plain)) = (on_terminal(false), on_terminal(true)) else {
        eprintln!("SKIPPED: colours on a terminal: there is no `script` to make one up");
        return;
    };
    let escapes = |output: &Output| output.stdout.contains(&0x1b);
    assert!(escapes(&coloured), "{coloured:?}");
    assert!(!escapes(&plain), "{plain:?}");
    assert_eq!(plain.status.code(), Some(1), "{plain:?}");
}
