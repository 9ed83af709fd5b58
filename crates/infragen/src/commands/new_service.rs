//! `infragen new-service`

use infragen_scaffold::{NewService, new_service};

use crate::commands::{Failure, Outcome};
use crate::generate::{Versions, generate, name};
use crate::terminal::Terminal;

/// Write a service: its base, an overlay for each environment, and its entry in each cluster
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  infragen new-service activity
      one component, in every environment of the repository

  infragen new-service activity --component migrations --component api --component worker
      each component waits for the one before it

  infragen new-service activity --depends-on event-bus --env staging
      only in staging, and only when event-bus is ready there

  infragen new-service activity --component api --health-check Deployment/activity-api
      waits for the health of that object instead of that of all

  infragen new-service activity --component api --component worker --patch api:Deployment/api
      an inline patch to fill in, in the component `api`

  infragen new-service activity --class pinned --range 1.4.2
      one version, until somebody writes another

What is written is built and checked first: it is written whole, or not at all.")]
pub struct Args {
    /// The name of the service: a-z, 0-9 and `-`
    #[arg(value_name = "NAME")]
    name: Option<String>,

    /// A component of the service: one Flux Kustomization; repeat it in the order in which they are
    /// applied
    #[arg(long = "component", value_name = "NAME")]
    components: Vec<String>,

    /// Where the bundle is pulled from [default: oci://<registry of .infragen.yaml>/NAME-kustomize]
    #[arg(long, value_name = "URL")]
    url: Option<String>,

    /// The namespace of its objects [default: NAME]
    #[arg(long, value_name = "NAMESPACE")]
    namespace: Option<String>,

    /// An environment that gets the service; repeat it for several [default: all; in an empty repository
    /// staging and production]
    #[arg(long = "env", value_name = "ENV")]
    environments: Vec<String>,

    /// Another service that must be ready first; repeat it for several
    #[arg(long, value_name = "SERVICE")]
    depends_on: Vec<String>,

    /// An object whose health is waited for, instead of that of all: KIND/NAME, or COMPONENT:KIND/NAME
    /// if it is not one of the last component; repeat it for several
    #[arg(long = "health-check", value_name = "KIND/NAME")]
    health_checks: Vec<String>,

    /// An object that gets an inline patch to fill in: KIND/NAME, or COMPONENT:KIND/NAME; repeat it for
    /// several
    #[arg(long = "patch", value_name = "KIND/NAME")]
    patches: Vec<String>,

    #[command(flatten)]
    versions: Versions,

    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// Plans, checks and writes the service.
pub fn run(args: &Args, terminal: &mut Terminal) -> Result<Outcome, Failure> {
    let example = "infragen new-service activity";
    let request = NewService {
        name: name(args.name.as_ref(), "Name of the service:", example)?,
        components: args.components.clone(),
        url: args.url.clone(),
        namespace: args.namespace.clone(),
        environments: args.environments.clone(),
        depends_on: args.depends_on.clone(),
        health_checks: args.health_checks.clone(),
        patches: args.patches.clone(),
        versions: args.versions.choice(),
    };
    generate(
        |db, root| new_service(db, root, &request),
        args.dry_run,
        terminal,
    )
}
