//! What the artifact of a source leaves out. [pkg:sourceignore/sourceignore.go]

/// Names that source-controller leaves out of every artifact, in whatever folder they are, unless the source
/// says otherwise: what version control and continuous integration keep in a repository, and settings that look
/// like manifests.
const LEFT_OUT: &[&str] = &[
    ".git",
    ".gitignore",
    ".gitmodules",
    ".gitattributes",
    ".github",
    ".circleci",
    ".travis.yml",
    ".gitlab-ci.yml",
    "appveyor.yml",
    ".drone.yml",
    "cloudbuild.yaml",
    "codeship-services.yml",
    "codeship-steps.yml",
    ".goreleaser.yml",
    ".sops.yaml",
    ".flux.yaml",
];

/// Whether an artifact has nothing of this name.
pub fn is_left_out(name: &str) -> bool {
    LEFT_OUT.contains(&name)
}
