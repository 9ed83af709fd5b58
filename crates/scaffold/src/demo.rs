//! The repository of `infragen demo`: what the generators make of an empty folder.

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};
use infragen_workspace::{Db, Root, Workspace};

use crate::environment::{AddEnvironment, Sync, add_environment};
use crate::plan::{Action, Change, Plan};
use crate::refusal::Refusal;
use crate::service::{NewService, new_service};

/// Its own settings.
const SETTINGS: &str = "\
# Where the bundles of new services are pulled from.
registry: ghcr.io/acme
# A folder stands in for the registry, so that the demo needs no network. Yours has no mirrors, or real ones.
mirrors:
  ghcr.io: registry
";

/// Plans a small repository for an empty folder: staging and production with their entry points and
/// infrastructure, the service `activity` as a chain of components, and `event-bus`, which it waits for.
pub fn demo_plan() -> Result<Plan, Refusal> {
    let mut demo = Demo::new();
    demo.add(Plan {
        changes: vec![Change {
            path: ".infragen.yaml".into(),
            action: Action::Create {
                text: SETTINGS.to_owned(),
            },
        }],
        notes: Vec::new(),
    });
    for name in ["staging", "production"] {
        let environment = AddEnvironment {
            name: name.to_owned(),
            sync: Some(Sync {
                url: "https://github.com/acme/fleet.git".to_owned(),
                reference: "refs/heads/main".to_owned(),
            }),
            ..AddEnvironment::default()
        };
        demo.plan(|db, root| add_environment(db, root, &environment))?;
    }
    let event_bus = NewService {
        name: "event-bus".to_owned(),
        depends_on: vec!["infrastructure".to_owned()],
        ..NewService::default()
    };
    demo.plan(|db, root| new_service(db, root, &event_bus))?;
    let activity = NewService {
        name: "activity".to_owned(),
        components: ["migrations", "api", "worker"].map(str::to_owned).to_vec(),
        depends_on: vec!["event-bus".to_owned()],
        ..NewService::default()
    };
    demo.plan(|db, root| new_service(db, root, &activity))?;
    Ok(demo.whole())
}

/// An empty folder, in memory, with one plan after the other carried out.
struct Demo {
    workspace: Workspace,
    root: Root,
    texts: BTreeMap<Utf8PathBuf, String>,
}

impl Demo {
    fn new() -> Self {
        let mut workspace = Workspace::new();
        let root = workspace.open_memory_root(Utf8Path::new("/demo"), &[]);
        Self {
            workspace,
            root,
            texts: BTreeMap::new(),
        }
    }

    fn plan(
        &mut self,
        generator: impl FnOnce(&dyn Db, Root) -> Result<Plan, Refusal>,
    ) -> Result<(), Refusal> {
        let plan = generator(self.workspace.snapshot().db(), self.root)?;
        self.add(plan);
        Ok(())
    }

    fn add(&mut self, plan: Plan) {
        plan.preview(&mut self.workspace, self.root);
        for change in plan.changes {
            let text = change.action.text().map(str::to_owned);
            self.texts.extend(text.map(|text| (change.path, text)));
        }
    }

    /// All of it as one plan for an empty folder.
    fn whole(self) -> Plan {
        let created = self.texts.into_iter().map(|(path, text)| Change {
            path,
            action: Action::Create { text },
        });
        Plan {
            changes: created.collect(),
            notes: Vec::new(),
        }
    }
}
