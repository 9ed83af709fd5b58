//! Versions from registries. What there is to ask is found out on a snapshot, like all long work; a thread of its own
//! looks into the cache and asks, so that nobody waits for a registry; what it learns comes back as a message.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, unbounded};
use infragen_registry::{Ask, Cancel, Contact, Mirror, Registry, Repository, Settings, Timestamp};
use infragen_workspace::Ask as Want;
use infragen_workspace::{Answer, Cancelled, Root, Round, answer_of, mirrors, wanted_in};

use crate::context::View;
use crate::message::Message;
use crate::protocol::capabilities::Network;

/// Answers that arrive within this time are taken in together: each taking in ends the work that is being done.
const TOGETHER: Duration = Duration::from_millis(250);

/// So often the whole cache is looked into: other processes fill it too, and what is used of it must be known as used.
const LOOK_AGAIN: Duration = Duration::from_secs(3600);

/// What there is to ask, between two looks.
pub(crate) struct Versions {
    orders: Sender<Order>,
    /// Whether the cache is being looked into: before that is done nobody knows what is left to ask.
    busy: Arc<AtomicBool>,
    /// What was looked for in the cache; none where all is to be looked for.
    looked_for: Option<Vec<Want>>,
    /// When all was looked for.
    looked: Instant,
    /// What was asked of registries.
    round: Round,
    /// What objects took versions from when nobody typed.
    settled: BTreeSet<Repository>,
    /// What registries and folders the settings name.
    mirrors: Vec<(String, Mirror)>,
    /// Whether what is known is to be asked anew.
    anew: bool,
    /// The registries that would be asked if that were allowed; none until that is found out.
    pub would_ask: Option<BTreeSet<Contact>>,
}

enum Order {
    /// Where registries are asked instead.
    Mirrors(Vec<(String, Mirror)>),
    /// To look into the cache, for all of it or only for what was not looked for before.
    Look { wants: Vec<Want>, all: bool },
    /// To ask, over the network where that is allowed.
    Ask(Vec<Ask>, bool),
}

impl Versions {
    /// Starts the thread that asks.
    ///
    /// # Errors
    /// Where the system gives no thread.
    pub fn start(report: Sender<Message>) -> std::io::Result<Self> {
        let (orders, inbox) = unbounded();
        let busy = Arc::new(AtomicBool::new(false));
        let asking = Asking {
            inbox,
            report,
            busy: busy.clone(),
            round: Round::new(true),
            registry: None,
            mirrors: Vec::new(),
        };
        std::thread::Builder::new()
            .name("infragen-versions".to_owned())
            .spawn(move || asking.run())?;
        Ok(Self {
            orders,
            busy,
            looked_for: None,
            looked: Instant::now(),
            round: Round::new(true),
            settled: BTreeSet::new(),
            mirrors: Vec::new(),
            anew: false,
            would_ask: None,
        })
    }

    /// What is old may be asked again; with `anew` all is.
    pub fn begin_round(&mut self, anew: bool) {
        if anew || self.looked.elapsed() >= LOOK_AGAIN {
            self.looked_for = None;
        }
        self.round = Round::new(true);
        self.anew = anew;
        self.would_ask = None;
    }

    /// Finds out what there is to ask, and has it asked as far as that is allowed. What nobody named before somebody began
    /// to type waits until they have `paused`: a name that is half typed is that of another repository, or of nobody's.
    pub fn run(&mut self, view: &View, network: Network, paused: bool) -> Result<(), Cancelled> {
        let mut round = self.round.clone();
        let (wants, mirrors, near, far, far_asked) = view.run(|context| {
            let roots = context.roots.iter().copied();
            let roots: Vec<Root> = roots
                .filter(|root| !context.scope.lone.contains(root))
                .collect();
            let wants = wanted_in(context.db, &roots);
            let mirrors = mirrors(context.db, &roots);
            let is_whole = |want: &&Want| paused || self.settled.contains(&want.repository);
            let wanted = wants.iter().filter(is_whole).cloned();
            let (near, far): (Vec<_>, Vec<_>) =
                wanted.partition(|want| Contact::of(&want.endpoint(), &mirrors).is_none());
            let now = Timestamp::now();
            let near = round.next(context.db, &near, now, self.anew);
            let mut far_asked = round.clone();
            let far = far_asked.next(context.db, &far, now, self.anew);
            (wants, mirrors, near, far, far_asked)
        })?;
        if mirrors != self.mirrors {
            self.mirrors.clone_from(&mirrors);
            self.looked_for = None;
            self.round = Round::new(true);
            self.order(Order::Mirrors(mirrors));
        }
        let repositories = wants.iter().map(|want| want.repository.clone()).collect();
        if self.looked_for.as_ref() != Some(&wants) {
            self.busy.store(true, Ordering::Release);
            let all = self.looked_for.is_none();
            if all {
                self.looked = Instant::now();
            }
            self.looked_for = Some(wants.clone());
            self.order(Order::Look { wants, all });
            return Ok(());
        }
        if self.busy.load(Ordering::Acquire) {
            return Ok(());
        }
        if paused {
            self.settled = repositories;
        }
        let allowed = network == Network::On;
        let contacts = far
            .iter()
            .filter_map(|ask| Contact::of(ask.endpoint(), &self.mirrors));
        self.would_ask = Some(contacts.collect());
        self.round = if allowed { far_asked } else { round };
        let mut asks = near;
        if allowed {
            asks.extend(far);
        }
        if !asks.is_empty() {
            self.order(Order::Ask(asks, allowed));
        }
        Ok(())
    }

    fn order(&self, order: Order) {
        if self.orders.send(order).is_err() {
            tracing::error!("the thread that asks registries is gone");
        }
    }
}

/// The thread that asks.
struct Asking {
    inbox: Receiver<Order>,
    report: Sender<Message>,
    busy: Arc<AtomicBool>,
    /// What was looked for in the cache.
    round: Round,
    /// Made when there is something to ask for.
    registry: Option<Registry>,
    mirrors: Vec<(String, Mirror)>,
}

impl Asking {
    fn run(mut self) {
        while let Ok(order) = self.inbox.recv() {
            match order {
                Order::Mirrors(mirrors) => {
                    self.mirrors = mirrors;
                    self.registry = None;
                }
                Order::Look { wants, all } => {
                    if all {
                        self.round = Round::new(true);
                    }
                    let registry = self.registry();
                    let answers = match wants.is_empty() {
                        true => Vec::new(),
                        false => {
                            registry.set_network(false);
                            self.round.remembered(&registry, &wants)
                        }
                    };
                    self.busy.store(false, Ordering::Release);
                    self.tell(answers);
                }
                Order::Ask(asks, network) => {
                    let registry = self.registry();
                    registry.set_network(network);
                    self.ask(&registry, asks);
                }
            }
        }
    }

    fn ask(&self, registry: &Registry, asks: Vec<Ask>) {
        let mut waiting = Vec::new();
        let mut since = Instant::now();
        registry.many(asks, &Cancel::default(), &mut |ask, answer| {
            if let infragen_registry::Answer::Tags(Err(fault)) = &answer {
                let repository = &ask.endpoint().repository;
                tracing::info!("{repository}: {}", fault.message);
            }
            waiting.push(answer_of(&ask, answer));
            if since.elapsed() >= TOGETHER {
                self.tell(std::mem::take(&mut waiting));
                since = Instant::now();
            }
        });
        self.tell(waiting);
    }

    fn registry(&mut self) -> Registry {
        let mirrors = &self.mirrors;
        let registry = self.registry.get_or_insert_with(|| {
            let mut settings = Settings::of_environment(|name| std::env::var(name).ok());
            settings.mirrors.clone_from(mirrors);
            Registry::new(settings)
        });
        registry.clone()
    }

    fn tell(&self, answers: Vec<(Repository, Answer)>) {
        // The owner lives as long as the process.
        let _ = self.report.send(Message::Versions(answers));
    }
}
