//! What the owner does about versions: it takes in what is learned, and decides with the user what may be asked.

use std::collections::BTreeSet;
use std::time::Instant;

use infragen_registry::{Contact, Repository, Timestamp};
use infragen_workspace::Answer;

use super::{Owner, ToClient};
use crate::message::Message;
use crate::protocol::capabilities::Network;
use crate::protocol::{MessageActionItem, MessageType};
use crate::versions::Versions;

/// The answer that lets registries be asked.
const ALLOW: &str = "Allow in This Session";

impl Owner {
    /// The cache or registries told something.
    pub(super) fn versions_learned(&mut self, answers: Vec<(Repository, Answer)>) {
        // What is new makes other things of interest; if nothing is, what is left can be asked.
        self.versions_soon.touch_now(Instant::now());
        if answers.is_empty() {
            return;
        }
        self.workspace.set_answers(answers, Timestamp::now());
        self.sweep_soon();
    }

    /// What is known of versions may be old by now, and what somebody typed may be whole.
    pub(super) fn look_at_versions(&mut self) {
        if self.typing.take(Instant::now()) {
            self.versions_soon.touch_now(Instant::now());
        }
        if self.versions_timer.due().is_none() {
            self.versions_timer.touch(Instant::now());
        }
        if !self.versions_timer.take(Instant::now()) {
            return;
        }
        // While a thread is looking it is looked again the next time.
        if let Some(versions) = self.versions.as_mut() {
            versions.begin_round(false);
            self.versions_soon.touch_now(Instant::now());
        }
        self.workspace.set_answers(Vec::new(), Timestamp::now());
    }

    pub(super) fn refresh_versions(&mut self) {
        // Who asks for it by hand and has not allowed it yet is asked again.
        self.network_asked = false;
        self.refreshing = true;
        self.versions_anew = true;
        self.versions_soon.touch_now(Instant::now());
    }

    /// After a refresh: tells which registries were not asked because of the settings. Folders that stand in for others
    /// were.
    pub(super) fn tell_whom_not_asked(&mut self, versions: &Versions) {
        // What was found out before the refresh does not count.
        let hosts = versions.would_ask.as_ref().filter(|_| !self.versions_anew);
        let Some(hosts) = hosts else {
            return;
        };
        let refreshing = std::mem::take(&mut self.refreshing);
        if let (true, Network::Off, Some(hosts)) = (refreshing, self.network, listed(hosts)) {
            let message = format!("infragen did not ask {hosts}: its setting `network` is `off`");
            let outbox = &self.to_client.outbox;
            outbox.show(MessageType::WARNING, message);
        }
    }

    pub(super) fn network_answered(&mut self, allowed: bool) {
        self.network_question = false;
        // The settings may have changed while the question was open.
        if allowed && self.network == Network::Ask {
            self.set_network(Network::On);
        }
    }

    /// What the network may be used for from now on.
    pub(super) fn set_network(&mut self, network: Network) {
        self.network = network;
        self.workspace.set_asked(network == Network::On);
        self.versions_soon.touch_now(Instant::now());
    }

    /// Asks the user whether registries may be asked, once.
    pub(super) fn ask_about_network(&mut self, versions: &Versions) {
        if self.network != Network::Ask || self.network_asked || self.network_question {
            return;
        }
        let Some(hosts) = versions.would_ask.as_ref().and_then(listed) else {
            return;
        };
        self.network_asked = true;
        self.network_question = true;
        let message = format!(
            "May infragen ask {hosts} which versions there are? It shows then what each environment takes."
        );
        let ToClient {
            client, runtime, ..
        } = &self.to_client;
        let (client, sender) = (client.clone(), self.sender.clone());
        runtime.spawn(async move {
            let action = |title: &str| MessageActionItem {
                title: title.to_owned(),
                properties: Default::default(),
            };
            let actions = vec![action(ALLOW), action("Not Now")];
            let answer = client
                .show_message_request(MessageType::INFO, message, Some(actions))
                .await;
            let allowed = matches!(answer, Ok(Some(answer)) if answer.title == ALLOW);
            // The owner lives as long as the process.
            let _ = sender.send(Message::NetworkAnswer { allowed });
        });
    }
}

/// Hosts in a few words; none where there are none.
fn listed(hosts: &BTreeSet<Contact>) -> Option<String> {
    let hosts: Vec<_> = hosts.iter().collect();
    match hosts.as_slice() {
        [] => None,
        [one] => Some(one.to_string()),
        [one, other] => Some(format!("{one} and {other}")),
        [one, rest @ ..] => Some(format!("{one} and {} other registries", rest.len())),
    }
}
