//! The graph as a tree, for a terminal.

use super::drawing::{Drawing, Leads, environments, label, members, title};
use crate::terminal::Terminal;

/// How deep a tree is drawn: no terminal shows more.
const MAX_DEPTH: usize = 48;

/// A tree for each environment: below each object what waits for it. What waits for several is drawn
/// below the first and named below the others.
pub fn text(graph: &Drawing, terminal: &Terminal) -> String {
    let mut tree = Tree::of(graph, terminal);
    for environment in environments(graph) {
        let members: Vec<usize> = members(graph, environment)
            .map(|(node, _)| node)
            .filter(|node| tree.is_connected(*node))
            .collect();
        if members.is_empty() {
            continue;
        }
        let title = terminal.styled("1", title(environment));
        tree.out.push_str(&format!("{title}\n"));
        let firsts: Vec<usize> = members
            .iter()
            .copied()
            .filter(|node| tree.waits_for[*node].is_empty())
            .collect();
        for (at, first) in firsts.iter().enumerate() {
            tree.draw(*first, at + 1 == firsts.len());
        }
        // What is left waits in a loop.
        for node in members {
            if !tree.drawn[node] {
                tree.draw(node, true);
            }
        }
        tree.out.push('\n');
    }
    tree.out
}

/// The text tree while it is drawn.
struct Tree<'g> {
    graph: &'g Drawing,
    terminal: &'g Terminal,
    /// What each node waits for, what waits for it, and where it comes from.
    waits_for: Vec<Vec<usize>>,
    waiting: Vec<Vec<usize>>,
    sources: Vec<Vec<usize>>,
    drawn: Vec<bool>,
    out: String,
}

impl<'g> Tree<'g> {
    fn of(graph: &'g Drawing, terminal: &'g Terminal) -> Self {
        let none = vec![Vec::new(); graph.nodes.len()];
        let mut tree = Tree {
            graph,
            terminal,
            waits_for: none.clone(),
            waiting: none.clone(),
            sources: none,
            drawn: vec![false; graph.nodes.len()],
            out: String::new(),
        };
        for edge in &graph.edges {
            match edge.leads {
                Leads::Waits => tree.wait(edge.from, edge.to),
                Leads::Source => tree.sources[edge.from].push(edge.to),
                Leads::Applied => {}
            }
        }
        // What waits for nothing stands below what applies it; a source is told beside what takes from it.
        let mut is_source = vec![false; graph.nodes.len()];
        let sources = graph
            .edges
            .iter()
            .filter(|edge| edge.leads == Leads::Source);
        sources.for_each(|edge| is_source[edge.to] = true);
        for edge in &graph.edges {
            let waits = is_source[edge.from] || !tree.waits_for[edge.from].is_empty();
            if edge.leads == Leads::Applied && !waits {
                tree.wait(edge.from, edge.to);
            }
        }
        tree
    }

    fn wait(&mut self, from: usize, to: usize) {
        self.waits_for[from].push(to);
        self.waiting[to].push(from);
    }

    /// Whether the tree has something to tell about a node.
    fn is_connected(&self, node: usize) -> bool {
        [&self.waits_for, &self.waiting, &self.sources]
            .iter()
            .any(|edges| !edges[node].is_empty())
    }

    /// Draws a node and what waits for it. The way down is a list, not a recursion: chains may be long.
    fn draw(&mut self, node: usize, last: bool) {
        let mut rest = vec![(node, last, 0)];
        // Whether each level above goes on below.
        let mut open: Vec<bool> = Vec::new();
        while let Some((node, last, depth)) = rest.pop() {
            open.truncate(depth);
            for goes_on in &open {
                self.out.push_str(if *goes_on { "│  " } else { "   " });
            }
            self.out.push_str(if last { "└─ " } else { "├─ " });
            if depth == MAX_DEPTH {
                let more = self.count_below(node);
                self.out
                    .push_str(&format!("… {more} more below; --format json has all\n"));
                continue;
            }
            let known = std::mem::replace(&mut self.drawn[node], true);
            let sources: Vec<_> = self.sources[node]
                .iter()
                .map(|source| label(&self.graph.nodes[*source]))
                .collect();
            let from = if known {
                self.terminal.styled("2", " (above)")
            } else if sources.is_empty() {
                String::new()
            } else {
                self.terminal
                    .styled("2", &format!("  ← {}", sources.join(", ")))
            };
            let node_drawn = &self.graph.nodes[node];
            let name = label(node_drawn);
            let faults = node_drawn.faults.iter().filter(|_| !known);
            let faults: String = faults
                .map(|fault| self.terminal.styled("31", &format!("  ✗ {fault}")))
                .collect();
            self.out.push_str(&format!("{name}{from}{faults}\n"));
            if !known {
                open.push(!last);
                let below = self.waiting[node].iter().rev().enumerate();
                rest.extend(below.map(|(at, next)| (*next, at == 0, depth + 1)));
            }
        }
    }

    /// Takes a node and all that waits for it as drawn, and counts them.
    fn count_below(&mut self, node: usize) -> usize {
        let mut rest = vec![node];
        let mut count = 0;
        while let Some(node) = rest.pop() {
            if !std::mem::replace(&mut self.drawn[node], true) {
                count += 1;
                rest.extend(&self.waiting[node]);
            }
        }
        count
    }
}
