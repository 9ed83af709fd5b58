//! The graph as a picture.

use std::fmt::Write;

use infragen_flux::known::{HELM_RELEASE, KUSTOMIZATION};

use super::drawing::{Drawing, Edge, Leads, Node};
use super::layout::{Point, WIDTH, layered};

/// The style of the picture; the page has more.
const STYLE: &str = include_str!("picture.css");

/// Heights of the parts of a card.
const HEAD: i32 = 46;
const ROW: i32 = 19;
const FOOT: i32 = 6;
/// Around everything.
const MARGIN: i32 = 24;
/// So many arrows of a card that say only where others come from are drawn; more would cover what waits for what.
const MOST_QUIET: usize = 3;
/// Letters that fit into the lines of a card, also those of a wide font: the name, what is below it, a row.
const NAME: usize = 25;
const KIND: usize = 35;
const IN_ROW: usize = 27;

/// A picture for itself.
pub fn picture(graph: &Drawing, title: &str) -> String {
    let drawn = draw(graph);
    let (width, height) = drawn.size;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" \
         height=\"{height}\" role=\"img\">\n<title>{}</title>\n<style>{}</style>\n\
         <rect class=\"ground\" width=\"{width}\" height=\"{height}\"/>\n{}</svg>\n",
        escaped(title),
        escaped(STYLE),
        drawn.body
    )
}

/// What is in a picture, without what is around it.
pub struct Drawn {
    /// Its elements.
    pub body: String,
    /// Width and height.
    pub size: Point,
}

/// A box of the picture: an object with those that are drawn in it.
struct Card {
    node: usize,
    rows: Vec<usize>,
}

impl Card {
    fn height(&self) -> i32 {
        HEAD + ROW * self.rows.len() as i32 + if self.rows.is_empty() { 0 } else { FOOT }
    }
}

/// Draws cards and arrows.
pub fn draw(graph: &Drawing) -> Drawn {
    let (cards, card_of) = cards(graph);
    let arrows = arrows(graph, &card_of);
    // What no arrow leads to stands below the others.
    let mut is_joined = vec![false; cards.len()];
    for arrow in arrows.iter().filter(|arrow| !arrow.quiet) {
        is_joined[arrow.first] = true;
        is_joined[arrow.then] = true;
    }
    let heights: Vec<_> = cards.iter().map(Card::height).collect();
    let joined: Vec<_> = (0..cards.len()).filter(|card| is_joined[*card]).collect();
    let alone: Vec<_> = (0..cards.len()).filter(|card| !is_joined[*card]).collect();
    let mut place = vec![(0, 0); cards.len()];
    let mut number = vec![0; cards.len()];
    joined
        .iter()
        .enumerate()
        .for_each(|(at, card)| number[*card] = at);
    let loud: Vec<_> = arrows.iter().filter(|arrow| !arrow.quiet).collect();
    let pairs: Vec<_> = loud
        .iter()
        .map(|arrow| (number[arrow.first], number[arrow.then]))
        .collect();
    let joined_heights: Vec<_> = joined.iter().map(|card| heights[*card]).collect();
    let layout = layered(&joined_heights, &pairs);
    for (card, (x, y)) in joined.iter().zip(&layout.boxes) {
        place[*card] = (x + MARGIN, y + MARGIN);
    }
    let grid_top = layout.size.1 + MARGIN + if joined.is_empty() { 0 } else { MARGIN };
    let mut size = grid(&alone, &heights, grid_top, layout.size.0, &mut place);
    size = (size.0.max(layout.size.0 + 2 * MARGIN), size.1);
    let mut body = String::new();
    let routes = loud.iter().zip(layout.arrows);
    for (arrow, points) in routes {
        let points = points.iter().map(|(x, y)| (x + MARGIN, y + MARGIN));
        draw_arrow(arrow, &points.collect::<Vec<_>>(), &mut body);
    }
    for arrow in arrows.iter().filter(|arrow| arrow.quiet) {
        let middle = |card: usize| place[card].1 + HEAD / 2;
        let from = (place[arrow.first].0 + WIDTH, middle(arrow.first));
        draw_arrow(
            arrow,
            &[from, (place[arrow.then].0, middle(arrow.then))],
            &mut body,
        );
    }
    for (card, place) in cards.iter().zip(place) {
        draw_card(graph, card, place, &mut body);
    }
    Drawn { body, size }
}

/// The cards, and which card each node is in.
fn cards(graph: &Drawing) -> (Vec<Card>, Vec<usize>) {
    let mut card_of = vec![0; graph.nodes.len()];
    let mut cards: Vec<Card> = Vec::new();
    for (node, what) in graph.nodes.iter().enumerate() {
        if what.inside.is_none() {
            card_of[node] = cards.len();
            let rows = Vec::new();
            cards.push(Card { node, rows });
        }
    }
    for (node, what) in graph.nodes.iter().enumerate() {
        if let Some(inside) = what.inside {
            card_of[node] = card_of[inside];
            cards[card_of[inside]].rows.push(node);
        }
    }
    for card in &mut cards {
        let order = |node: &usize| {
            let node = &graph.nodes[*node];
            (
                node.kind != *HELM_RELEASE,
                node.kind.clone(),
                node.name.clone(),
            )
        };
        card.rows.sort_by_key(order);
    }
    (cards, card_of)
}

/// An arrow between cards: from what comes first to what comes then.
struct Arrow {
    first: usize,
    then: usize,
    leads: Leads,
    /// Whether it is drawn only for a card that is looked at.
    quiet: bool,
    /// Whether both ends fail because they wait for each other.
    loops: bool,
    /// The nodes that it stands for: what refers, and what to.
    edges: Vec<Edge>,
}

fn arrows(graph: &Drawing, card_of: &[usize]) -> Vec<Arrow> {
    let mut edges = graph.edges.clone();
    edges.sort_by_key(|edge| (card_of[edge.to], card_of[edge.from], edge.leads));
    let mut arrows: Vec<Arrow> = Vec::new();
    for edge in edges {
        let (first, then) = (card_of[edge.to], card_of[edge.from]);
        let is_loop = first == then && edge.leads == Leads::Waits && edge.from == edge.to;
        if first == then && !is_loop {
            continue;
        }
        match arrows.last_mut() {
            Some(last) if (last.first, last.then) == (first, then) => last.edges.push(edge),
            _ => arrows.push(Arrow {
                first,
                then,
                leads: edge.leads,
                quiet: false,
                loops: false,
                edges: vec![edge],
            }),
        }
    }
    let mut count = vec![0; graph.nodes.len()];
    let is_minor = |arrow: &Arrow| arrow.leads != Leads::Waits;
    for arrow in arrows.iter().filter(|arrow| is_minor(arrow)) {
        count[arrow.first] += 1;
    }
    let waits_too = |node: usize| {
        let faults = &graph.nodes[node].faults;
        faults.iter().any(|fault| fault == "waits for itself")
    };
    for arrow in &mut arrows {
        arrow.quiet = is_minor(arrow) && count[arrow.first] > MOST_QUIET;
        arrow.loops = arrow.leads == Leads::Waits
            && arrow
                .edges
                .iter()
                .any(|edge| waits_too(edge.from) && waits_too(edge.to));
    }
    arrows
}

/// Places cards in rows, as wide as what is above; gives the size of all.
fn grid(cards: &[usize], heights: &[i32], top: i32, width: i32, place: &mut [Point]) -> Point {
    const GAP: i32 = 18;
    let fit = (width + GAP) / (WIDTH + GAP);
    let square = (cards.len() as f64).sqrt().ceil() as i32;
    let columns = fit.max(square.min(6)).max(1);
    let (mut column, mut y, mut row_height) = (0, top, 0);
    let (mut right, mut bottom) = (0, top - MARGIN);
    for card in cards {
        if column == columns {
            (column, y, row_height) = (0, y + row_height + GAP, 0);
        }
        let x = MARGIN + column * (WIDTH + GAP);
        place[*card] = (x, y);
        row_height = row_height.max(heights[*card]);
        right = right.max(x + WIDTH);
        bottom = bottom.max(y + heights[*card]);
        column += 1;
    }
    (right + MARGIN, bottom + MARGIN)
}

fn draw_arrow(arrow: &Arrow, points: &[Point], out: &mut String) {
    let [start, rest @ ..] = points else {
        return;
    };
    let mut path = format!("M{},{}", start.0, start.1);
    let mut from = *start;
    for (number, to) in rest.iter().enumerate() {
        if number % 2 == 1 {
            let _ = write!(path, "L{},{}", to.0, to.1);
        } else {
            // Out of a box and into the next, both ends level; back to the left in a wider bow.
            let reach = ((to.0 - from.0) / 2).abs().max(36);
            let _ = write!(
                path,
                "C{},{} {},{} {},{}",
                from.0 + reach,
                from.1,
                to.0 - reach,
                to.1,
                to.0,
                to.1
            );
        }
        from = *to;
    }
    let class = match arrow.leads {
        Leads::Waits => "waits",
        Leads::Source => "source",
        Leads::Applied => "applied",
    };
    let quiet = if arrow.quiet { " quiet" } else { "" };
    let fails = if arrow.loops { " fails" } else { "" };
    let edges: Vec<_> = arrow
        .edges
        .iter()
        .map(|edge| format!("{}-{}", edge.to, edge.from))
        .collect();
    let _ = writeln!(
        out,
        "<path class=\"arrow {class}{quiet}{fails}\" data-edges=\"{}\" d=\"{path}\"/>",
        edges.join(" ")
    );
    // The head, drawn by hand: a marker would not take the colour of its line.
    let (x, y) = from;
    let _ = writeln!(
        out,
        "<path class=\"head {class}{quiet}{fails}\" data-edges=\"{}\" d=\"M{x},{y}l-8,-4v8z\"/>",
        edges.join(" ")
    );
}

fn draw_card(graph: &Drawing, card: &Card, (x, y): Point, out: &mut String) {
    let node = &graph.nodes[card.node];
    let fails = |node: &Node| if node.faults.is_empty() { "" } else { " fails" };
    let absent = if node.file.is_none() { " absent" } else { "" };
    let class = kind_class(node);
    let height = card.height();
    let _ = writeln!(
        out,
        "<g class=\"card {class}{}{absent}\" data-node=\"{}\" transform=\"translate({x},{y})\">\
         <title>{}</title>\
         <rect class=\"box\" width=\"{WIDTH}\" height=\"{height}\" rx=\"7\"/>\
         <rect class=\"side\" width=\"5\" height=\"{height}\" rx=\"2\"/>\
         <text class=\"name\" x=\"16\" y=\"20\">{}</text>\
         <text class=\"kind\" x=\"16\" y=\"36\">{}</text>",
        fails(node),
        card.node,
        escaped(&about(node)),
        escaped(&shortened(&node.name, NAME)),
        escaped(&shortened(&below_name(node), KIND)),
    );
    if !node.faults.is_empty() {
        let _ = writeln!(
            out,
            "<text class=\"mark\" x=\"{}\" y=\"21\">✗</text>",
            WIDTH - 20
        );
    }
    for (at, row) in card.rows.iter().enumerate() {
        let node = &graph.nodes[*row];
        let top = HEAD + ROW * at as i32;
        let _ = writeln!(
            out,
            "<g class=\"row {}{}\" data-node=\"{row}\" transform=\"translate(0,{top})\"><title>{}</title>\
             <rect class=\"line\" x=\"6\" width=\"{}\" height=\"{ROW}\"/>\
             <circle class=\"dot\" cx=\"20\" cy=\"9\" r=\"3.5\"/>\
             <text x=\"30\" y=\"13\">{}</text></g>",
            kind_class(node),
            fails(node),
            escaped(&about(node)),
            WIDTH - 7,
            escaped(&shortened(&node.name, IN_ROW)),
        );
    }
    out.push_str("</g>\n");
}

fn kind_class(node: &Node) -> &'static str {
    if node.kind == *KUSTOMIZATION {
        "kustomization"
    } else if node.kind == *HELM_RELEASE {
        "release"
    } else {
        "origin"
    }
}

fn below_name(node: &Node) -> String {
    match &node.namespace {
        Some(namespace) => format!("{} · {namespace}", node.kind.kind),
        None => node.kind.kind.to_string(),
    }
}

/// What a person sees who points at an object.
fn about(node: &Node) -> String {
    let mut about = super::drawing::label(node);
    match (&node.file, node.line) {
        (Some(file), Some(line)) => about.push_str(&format!("\n{file}:{line}")),
        (Some(file), None) => about.push_str(&format!("\n{file}")),
        (None, _) => about.push_str("\nnot in the repository"),
    }
    for fault in &node.faults {
        about.push_str(&format!("\n✗ {fault}"));
    }
    about
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some(_) => {
            let kept: String = text.chars().take(most - 1).collect();
            format!("{kept}…")
        }
        None => text.to_owned(),
    }
}

/// Text as XML writes it; what XML cannot hold is left out.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => {}
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use infragen_flux::GroupKind;
    use roxmltree::{Document, Node as Element};

    use super::super::drawing::{Drawing, Edge, Leads, Node};
    use super::super::layout::WIDTH;
    use super::super::page::page;
    use super::picture;

    const FLUX: &str = "kustomize.toolkit.fluxcd.io/v1";
    const HELM: &str = "helm.toolkit.fluxcd.io/v2";

    fn node(api: &str, kind: &str, name: &str, inside: Option<usize>) -> Node {
        Node {
            kind: GroupKind::new(api, kind),
            namespace: Some("apps".into()),
            name: name.into(),
            environment: Some("production".into()),
            file: Some(format!("apps/{name}.yaml")),
            line: Some(3),
            inside,
            faults: Vec::new(),
        }
    }

    /// So many Flux Kustomizations with a release each; each waits for that of half its number.
    fn many(count: usize) -> Drawing {
        let mut drawing = Drawing {
            nodes: Vec::new(),
            edges: Vec::new(),
        };
        for number in 0..count {
            drawing
                .nodes
                .push(node(FLUX, "Kustomization", &format!("app-{number}"), None));
        }
        for number in 0..count {
            let name = format!("release-{number}");
            drawing
                .nodes
                .push(node(HELM, "HelmRelease", &name, Some(number)));
            for (to, leads) in [(number / 2, Leads::Waits), (0, Leads::Applied)] {
                let from = number;
                if from != to {
                    drawing.edges.push(Edge { from, to, leads });
                }
            }
        }
        drawing
    }

    fn class<'x>(element: Element<'x, '_>) -> &'x str {
        element.attribute("class").unwrap_or_default()
    }

    /// The cards of a picture: left, top, right, bottom.
    fn cards(picture: &Document<'_>) -> Vec<[i32; 4]> {
        let cards = picture
            .descendants()
            .filter(|it| class(*it).starts_with("card"));
        cards
            .map(|card| {
                let place = card.attribute("transform").unwrap();
                let place = place.trim_start_matches("translate(").trim_end_matches(')');
                let (x, y) = place.split_once(',').unwrap();
                let (x, y): (i32, i32) = (x.parse().unwrap(), y.parse().unwrap());
                let mut boxes = card.children().filter(|it| class(*it) == "box");
                let height = boxes.next().unwrap().attribute("height").unwrap();
                [x, y, x + WIDTH, y + height.parse::<i32>().unwrap()]
            })
            .collect()
    }

    #[test]
    fn a_picture_is_xml_without_overlaps_and_the_same_every_time() {
        for count in [0, 1, 3, 40, 200] {
            let drawn = picture(&many(count), "a");
            let xml = Document::parse(&drawn).unwrap();
            let cards = cards(&xml);
            assert_eq!(cards.len(), count);
            let size = |name: &str| -> i32 {
                xml.root_element().attribute(name).unwrap().parse().unwrap()
            };
            for (at, card) in cards.iter().enumerate() {
                assert!(card[2] <= size("width") && card[3] <= size("height"));
                for other in &cards[at + 1..] {
                    let apart = card[2] <= other[0]
                        || other[2] <= card[0]
                        || card[3] <= other[1]
                        || other[3] <= card[1];
                    assert!(apart, "{card:?} and {other:?} of {count}");
                }
            }
            assert_eq!(drawn, picture(&many(count), "a"));
        }
    }

    #[test]
    fn names_are_shown_as_they_are() {
        let mut drawing = many(1);
        let name = "<script>alert('&\"\u{1}')</script>]]>--";
        drawing.nodes[0].name = name.into();
        drawing.nodes[0].faults = vec![name.to_owned()];
        let drawn = picture(&drawing, name);
        let xml = Document::parse(&drawn).unwrap();
        let titles = xml.descendants().filter(|it| it.has_tag_name("title"));
        let titles: Vec<_> = titles.filter_map(|title| title.text()).collect();
        let expected = name.replace('\u{1}', "");
        assert_eq!(titles[0], expected);
        assert!(titles[1].contains(&expected), "{titles:?}");
        let page = page(&drawing, name).unwrap();
        assert!(!page.contains("<script>alert"), "{page}");
        let (_, data) = page.split_once("id=\"graph\">").unwrap();
        let (data, _) = data.split_once("</script>").unwrap();
        let data: serde_json::Value = serde_json::from_str(data).unwrap();
        assert_eq!(
            data["nodes"][0]["label"],
            format!("Kustomization/apps/{name}")
        );
        assert_eq!(data["nodes"][0]["place"], format!("apps/app-0.yaml:3"));
    }

    #[test]
    fn what_fails_is_red_and_a_loop_too() {
        let mut drawing = many(3);
        drawing.edges = vec![
            Edge {
                from: 0,
                to: 1,
                leads: Leads::Waits,
            },
            Edge {
                from: 1,
                to: 0,
                leads: Leads::Waits,
            },
            Edge {
                from: 2,
                to: 0,
                leads: Leads::Waits,
            },
        ];
        for node in &mut drawing.nodes[..2] {
            node.faults = vec!["waits for itself".to_owned()];
        }
        drawing.nodes[5].faults = vec!["nothing applies it".to_owned()];
        let drawn = picture(&drawing, "a");
        let xml = Document::parse(&drawn).unwrap();
        let red = |what: &str| -> Vec<String> {
            let elements = xml.descendants().filter(|it| {
                let mut words = class(*it).split(' ');
                words.next() == Some(what) && words.any(|word| word == "fails")
            });
            let name = |it: Element<'_, '_>| {
                let node = it.attribute("data-node").or(it.attribute("data-edges"));
                node.unwrap_or_default().to_owned()
            };
            elements.map(name).collect()
        };
        assert_eq!(red("card"), ["0", "1"]);
        assert_eq!(red("row"), ["5"]);
        let mut arrows = red("arrow");
        arrows.sort();
        assert_eq!(arrows, ["0-1", "1-0"]);
    }

    #[test]
    fn arrows_that_all_have_are_kept_for_who_asks() {
        let drawn = picture(&many(40), "a");
        let xml = Document::parse(&drawn).unwrap();
        let quiet = xml
            .descendants()
            .filter(|it| class(*it) == "arrow applied quiet");
        // But those that also wait for what applies them.
        assert_eq!(quiet.count(), 38);
        let loud = xml.descendants().filter(|it| class(*it) == "arrow waits");
        assert_eq!(loud.count(), 39);
    }

    #[test]
    fn a_page_loads_nothing() {
        let page = page(&many(3), "a").unwrap();
        assert!(page.contains("default-src 'none'"));
        let addresses = page.matches("http").count();
        let names = page.matches("http://www.w3.org/2000/svg").count();
        // And the policy itself, as `http-equiv`.
        assert_eq!(addresses, names + 1);
        for word in [" src=", "@import", "url(", "<link"] {
            assert!(!page.contains(word), "{word}");
        }
        for (open, close) in [
            ("<style>", "</style>"),
            ("<script", "</script>"),
            ("<svg", "</svg>"),
        ] {
            assert_eq!(
                page.matches(open).count(),
                page.matches(close).count(),
                "{open}"
            );
        }
    }
}
