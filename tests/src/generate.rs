//! Repositories made up for benchmarks and properties: seeded, of any size, shaped like those of the field.

use std::fmt::Write as _;

/// A file of a generated repository: its path from the root, and its text.
pub type File = (String, String);

/// Environments of a generated repository.
pub const ENVIRONMENTS: [&str; 3] = ["development", "staging", "production"];

/// A small generator of numbers (SplitMix64): the same seed gives the same repository everywhere.
pub struct Random(u64);

impl Random {
    /// Seeds it.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below a limit.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.number() % limit.max(1) as u64).unwrap_or_default()
    }

    /// One of several.
    pub fn pick<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }
}

/// A repository of about `manifests` YAML files: environments × services × overlays, each service with a
/// base of a source, Flux Kustomizations and releases in a chain, overlays that patch it, and an outer
/// Kustomization per environment. It has no finding.
pub fn repository(seed: u64, manifests: usize) -> Vec<File> {
    let mut random = Random::new(seed);
    let mut files = vec![(
        ".infragen.yaml".to_owned(),
        "registry: ghcr.io/acme\n".to_owned(),
    )];
    for environment in ENVIRONMENTS {
        entry_point(environment, &mut files);
    }
    let mut services = Vec::new();
    while files.len() < manifests {
        let name = format!(
            "{}-{}",
            random.pick(&["billing", "search", "orders", "media", "ledger"]),
            services.len()
        );
        service(&name, &services, &mut random, &mut files);
        services.push(name);
    }
    for environment in ENVIRONMENTS {
        let mut list = header("kustomize.config.k8s.io/v1beta1", "Kustomization");
        list.push_str("resources:\n");
        for service in &services {
            let _ = writeln!(list, "  - {service}.yaml");
        }
        files.push((
            format!("clusters/{environment}/apps/kustomization.yaml"),
            list,
        ));
    }
    files
}

fn header(api_version: &str, kind: &str) -> String {
    format!("apiVersion: {api_version}\nkind: {kind}\n")
}

fn entry_point(environment: &str, files: &mut Vec<File>) {
    let mut sync = header("source.toolkit.fluxcd.io/v1", "GitRepository");
    sync.push_str(
        "metadata:\n  name: flux-system\n  namespace: flux-system\nspec:\n  interval: 1m0s\n  ref:\n    branch: main\n  secretRef:\n    name: flux-system\n  url: ssh://git@example.com/acme/infra\n---\n",
    );
    sync.push_str(&header("kustomize.toolkit.fluxcd.io/v1", "Kustomization"));
    let _ = write!(
        sync,
        "metadata:\n  name: flux-system\n  namespace: flux-system\nspec:\n  interval: 10m0s\n  path: ./clusters/{environment}\n  prune: true\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n"
    );
    files.push((
        format!("clusters/{environment}/flux-system/gotk-sync.yaml"),
        sync,
    ));
    let list = header("kustomize.config.k8s.io/v1beta1", "Kustomization")
        + "resources:\n  - gotk-sync.yaml\n";
    files.push((
        format!("clusters/{environment}/flux-system/kustomization.yaml"),
        list,
    ));
}

fn service(name: &str, before: &[String], random: &mut Random, files: &mut Vec<File>) {
    let base = format!("apps/{name}/base");
    let chain = 1 + random.below(4);
    let mut listed = vec![
        "namespace.yaml".to_owned(),
        "oci-repository.yaml".to_owned(),
    ];
    files.push((
        format!("{base}/namespace.yaml"),
        header("v1", "Namespace") + &format!("metadata:\n  name: {name}\n"),
    ));
    files.push((
        format!("{base}/oci-repository.yaml"),
        header("source.toolkit.fluxcd.io/v1", "OCIRepository")
            + &format!(
                "metadata:\n  name: {name}\n  namespace: {name}\nspec:\n  interval: 5m\n  url: oci://ghcr.io/acme/{name}-kustomize\n  ref:\n    semver: \">=0.0.0\"\n"
            ),
    ));
    for step in 0..chain {
        let mut text = header("kustomize.toolkit.fluxcd.io/v1", "Kustomization");
        let _ = write!(
            text,
            "metadata:\n  name: {name}-{step}\n  namespace: {name}\nspec:\n"
        );
        if step > 0 {
            let _ = write!(text, "  dependsOn:\n    - name: {name}-{}\n", step - 1);
        }
        let _ = write!(
            text,
            "  interval: 10m\n  retryInterval: 2m\n  timeout: 5m\n  path: ./step-{step}\n  prune: true\n  wait: true\n  targetNamespace: {name}\n  sourceRef:\n    kind: OCIRepository\n    name: {name}\n  patches:\n    - target:\n        kind: Deployment\n        name: {name}\n      patch: |\n        - op: replace\n          path: /spec/replicas\n          value: {}\n",
            1 + random.below(5)
        );
        files.push((format!("{base}/step-{step}.yaml"), text));
        listed.push(format!("step-{step}.yaml"));
    }
    for extra in 0..2 + random.below(4) {
        let mut text = header("v1", "ConfigMap");
        let _ = write!(
            text,
            "metadata:\n  name: {name}-settings-{extra}\n  namespace: {name}\ndata:\n"
        );
        for key in 0..3 + random.below(20) {
            let _ = writeln!(
                text,
                "  KEY_{key}: \"{:x}\" # why this is so",
                random.number()
            );
        }
        files.push((format!("{base}/settings-{extra}.yaml"), text));
        listed.push(format!("settings-{extra}.yaml"));
    }
    files.push((format!("{base}/kustomization.yaml"), list(&listed)));
    for environment in ENVIRONMENTS {
        overlay(name, environment, before, random, files);
    }
}

fn overlay(
    name: &str,
    environment: &str,
    before: &[String],
    random: &mut Random,
    files: &mut Vec<File>,
) {
    let overlay = format!("apps/{name}/overlays/{environment}");
    files.push((
        format!("{overlay}/kustomization.yaml"),
        list(&["../../base".to_owned()])
            + "patches:\n  - path: patches/oci-repository-patch.yaml\n    target:\n      kind: OCIRepository\n",
    ));
    files.push((
        format!("{overlay}/patches/oci-repository-patch.yaml"),
        header("source.toolkit.fluxcd.io/v1", "OCIRepository")
            + &format!(
                "metadata:\n  name: {name}\nspec:\n  ref:\n    semver: \">=0.0.0-0\"\n    semverFilter: \".*-{environment}-.*\"\n"
            ),
    ));
    let mut outer = header("kustomize.toolkit.fluxcd.io/v1", "Kustomization");
    let _ = write!(
        outer,
        "metadata:\n  name: {name}\n  namespace: flux-system\nspec:\n"
    );
    if !before.is_empty() && random.below(2) == 0 {
        let _ = write!(outer, "  dependsOn:\n    - name: {}\n", random.pick(before));
    }
    let _ = write!(
        outer,
        "  interval: 10m\n  path: ./{overlay}\n  prune: true\n  wait: true\n  timeout: 5m\n  sourceRef:\n    kind: GitRepository\n    name: flux-system\n"
    );
    files.push((format!("clusters/{environment}/apps/{name}.yaml"), outer));
}

fn list(resources: &[String]) -> String {
    let mut text = header("kustomize.config.k8s.io/v1beta1", "Kustomization") + "resources:\n";
    for resource in resources {
        let _ = writeln!(text, "  - {resource}");
    }
    text
}

/// Writes files below a folder.
///
/// # Errors
/// Those of the file system.
pub fn write(folder: &camino::Utf8Path, files: &[File]) -> std::io::Result<()> {
    for (path, text) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            std::fs::create_dir_all(parent)?;
        }
        std::fs::write(path, text)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_repository_of_about_the_size() {
        let files = repository(7, 500);
        assert_eq!(files, repository(7, 500));
        assert_ne!(files, repository(8, 500));
        assert!((500..560).contains(&files.len()), "{}", files.len());
    }
}
