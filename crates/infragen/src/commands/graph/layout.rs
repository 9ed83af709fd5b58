//! Where boxes and arrows go: layers from left to right, as Sugiyama, Tagawa and Toda lay out directed graphs.
//!
//! Own code, because no crate does it: those that lay out graphs in layers (`layout-rs`, the ports of dagre) take no
//! boxes of given heights in layers of a bounded height, or are not looked after.

/// The width of every box.
pub const WIDTH: i32 = 232;
/// Between layers: the room of arrows.
const LAYER_GAP: i32 = 84;
/// Between boxes of a layer.
const BOX_GAP: i32 = 14;
/// The room of an arrow that passes a layer.
const PASSING: i32 = 6;
/// How high a layer may at least grow before the next takes its boxes.
const MIN_LAYER: i32 = 620;
/// How often the order in layers is improved.
const SWEEPS: usize = 10;

/// A point of the picture.
pub type Point = (i32, i32);

/// Where everything is.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Layout {
    /// The upper left corner of each box.
    pub boxes: Vec<Point>,
    /// For each arrow the points that it goes through: pairs that lead horizontally into a layer and out of it.
    pub arrows: Vec<Vec<Point>>,
    /// The size of it all.
    pub size: Point,
}

/// Lays out boxes of these heights. An arrow leads from the first to the second box: the first is to the left of the
/// second, but for arrows that close a loop.
pub fn layered(heights: &[i32], arrows: &[(usize, usize)]) -> Layout {
    if heights.is_empty() {
        return Layout::default();
    }
    let forward = without_loops(heights.len(), arrows);
    let layers = layers(heights, &forward);
    let mut cells = Cells::new(heights, &forward, &layers);
    cells.order();
    let tops = cells.place();
    let x = |layer: usize| layer as i32 * (WIDTH + LAYER_GAP);
    let boxes = (0..heights.len()).map(|cell| (x(layers[cell]), tops[cell]));
    let boxes: Vec<_> = boxes.collect();
    let middle = |cell: usize| tops[cell] + cells.height[cell] / 2;
    let arrows = arrows.iter().zip(&forward).zip(&cells.chains);
    let arrows = arrows.map(|((arrow, forward), chain)| {
        let (first, last) = (chain[0], chain[chain.len() - 1]);
        let mut points = vec![(boxes[first].0 + WIDTH, middle(first))];
        for cell in &chain[1..chain.len() - 1] {
            let left = x(cells.layer[*cell]);
            points.extend([(left, middle(*cell)), (left + WIDTH, middle(*cell))]);
        }
        points.push((boxes[last].0, middle(last)));
        if arrow != forward {
            points.reverse();
        }
        points
    });
    let arrows = arrows.collect();
    let bottoms = tops
        .iter()
        .zip(&cells.height)
        .map(|(top, height)| top + height);
    let height = bottoms.max().unwrap_or_default();
    let right = boxes
        .iter()
        .map(|(x, _)| x + WIDTH)
        .max()
        .unwrap_or_default();
    Layout {
        boxes,
        arrows,
        size: (right, height),
    }
}

/// The arrows with those turned round that close a loop. An arrow of a box to itself stays: it counts for nothing.
fn without_loops(count: usize, arrows: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut out: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (number, (from, _)) in arrows.iter().enumerate() {
        out[*from].push(number);
    }
    #[derive(Clone, Copy, PartialEq)]
    enum Seen {
        No,
        Open,
        Done,
    }
    let mut seen = vec![Seen::No; count];
    let mut forward = arrows.to_vec();
    for start in 0..count {
        if seen[start] != Seen::No {
            continue;
        }
        // The way down is a list, not a recursion: chains may be long.
        let mut way = vec![(start, 0)];
        seen[start] = Seen::Open;
        while let Some((node, next)) = way.last_mut() {
            let Some(arrow) = out[*node].get(*next) else {
                seen[*node] = Seen::Done;
                way.pop();
                continue;
            };
            *next += 1;
            let (from, to) = arrows[*arrow];
            match seen[to] {
                Seen::Open => forward[*arrow] = (to, from),
                Seen::No => {
                    seen[to] = Seen::Open;
                    way.push((to, 0));
                }
                Seen::Done => {}
            }
        }
    }
    forward
}

/// The layer of each box: behind all that it comes from, and no layer too high.
fn layers(heights: &[i32], arrows: &[(usize, usize)]) -> Vec<usize> {
    let count = heights.len();
    let arrows: Vec<_> = arrows.iter().filter(|(from, to)| from != to).collect();
    let mut waits = vec![0; count];
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); count];
    for (from, to) in &arrows {
        waits[*to] += 1;
        next[*from].push(*to);
    }
    // How far the way behind a box is: what much comes behind goes first.
    let mut order: Vec<usize> = (0..count).filter(|node| waits[*node] == 0).collect();
    let mut at = 0;
    while let Some(node) = order.get(at).copied() {
        at += 1;
        for to in &next[node] {
            waits[*to] -= 1;
            if waits[*to] == 0 {
                order.push(*to);
            }
        }
    }
    let mut behind = vec![0; count];
    for node in order.iter().rev() {
        let far = next[*node].iter().map(|to| behind[*to] + 1).max();
        behind[*node] = far.unwrap_or_default();
    }
    let mut depth = vec![0; count];
    for node in &order {
        for to in &next[*node] {
            depth[*to] = depth[*to].max(depth[*node] + 1);
        }
    }
    order.sort_by_key(|node| (depth[*node], std::cmp::Reverse(behind[*node]), *node));
    let area: i64 = heights
        .iter()
        .map(|height| i64::from(height + BOX_GAP) * i64::from(WIDTH + LAYER_GAP))
        .sum();
    // A picture wider than it is high, as screens are.
    let most = ((area as f64 * 0.6).sqrt() as i32).max(MIN_LAYER);
    let mut layer = vec![0; count];
    let mut filled: Vec<i32> = Vec::new();
    for node in order {
        let mut own: usize = layer[node];
        loop {
            if filled.len() <= own {
                filled.resize(own + 1, 0);
            }
            if filled[own] == 0 || filled[own] + heights[node] <= most {
                break;
            }
            own += 1;
        }
        filled[own] += heights[node] + BOX_GAP;
        layer[node] = own;
        for to in &next[node] {
            layer[*to] = layer[*to].max(own + 1);
        }
    }
    layer
}

/// What stands in layers: boxes, and the places where arrows pass.
struct Cells {
    layer: Vec<usize>,
    height: Vec<i32>,
    /// The cells of each layer, from top to bottom.
    layers: Vec<Vec<usize>>,
    /// The cells that each arrow goes through.
    chains: Vec<Vec<usize>>,
    before: Vec<Vec<usize>>,
    behind: Vec<Vec<usize>>,
}

impl Cells {
    fn new(heights: &[i32], arrows: &[(usize, usize)], layers: &[usize]) -> Cells {
        let mut cells = Cells {
            layer: layers.to_vec(),
            height: heights.to_vec(),
            layers: Vec::new(),
            chains: Vec::new(),
            before: Vec::new(),
            behind: Vec::new(),
        };
        for (from, to) in arrows {
            let mut chain = vec![*from];
            for layer in layers[*from] + 1..layers[*to] {
                chain.push(cells.layer.len());
                cells.layer.push(layer);
                cells.height.push(PASSING);
            }
            chain.push(*to);
            cells.chains.push(chain);
        }
        let count = cells.layer.len();
        cells.before.resize(count, Vec::new());
        cells.behind.resize(count, Vec::new());
        for chain in &cells.chains {
            for pair in chain.windows(2).filter(|pair| pair[0] != pair[1]) {
                cells.behind[pair[0]].push(pair[1]);
                cells.before[pair[1]].push(pair[0]);
            }
        }
        let last = cells.layer.iter().max().copied().unwrap_or_default();
        cells.layers.resize(last + 1, Vec::new());
        for cell in 0..count {
            cells.layers[cells.layer[cell]].push(cell);
        }
        cells
    }

    /// Orders the cells of each layer so that few arrows cross: each between those that it is joined with.
    fn order(&mut self) {
        let mut best = (self.crossings(), self.layers.clone());
        for sweep in 0..SWEEPS {
            let down = sweep % 2 == 0;
            let mut numbers: Vec<usize> = (0..self.layers.len()).collect();
            if !down {
                numbers.reverse();
            }
            for number in numbers {
                let place = self.positions();
                let joined = if down { &self.before } else { &self.behind };
                let mut layer = std::mem::take(&mut self.layers[number]);
                layer.sort_by(|a, b| {
                    let wish = |cell: &usize| {
                        let joined = &joined[*cell];
                        match joined.len() {
                            0 => place[*cell] as f64,
                            count => {
                                let sum: usize = joined.iter().map(|other| place[*other]).sum();
                                sum as f64 / count as f64
                            }
                        }
                    };
                    wish(a).total_cmp(&wish(b)).then(place[*a].cmp(&place[*b]))
                });
                self.layers[number] = layer;
            }
            let crossings = self.crossings();
            if crossings < best.0 {
                best = (crossings, self.layers.clone());
            }
        }
        self.layers = best.1;
    }

    /// The place of each cell in its layer.
    fn positions(&self) -> Vec<usize> {
        let mut place = vec![0; self.layer.len()];
        for layer in &self.layers {
            for (at, cell) in layer.iter().enumerate() {
                place[*cell] = at;
            }
        }
        place
    }

    /// How many arrows cross, counted layer by layer.
    fn crossings(&self) -> usize {
        let place = self.positions();
        let mut crossings = 0;
        for layer in &self.layers {
            let mut ends: Vec<usize> = Vec::new();
            for cell in layer {
                let mut own: Vec<_> = self.behind[*cell].iter().map(|to| place[*to]).collect();
                own.sort_unstable();
                // `ends` is in order: those behind this end belong to arrows that it crosses.
                for end in &own {
                    crossings += ends.len() - ends.partition_point(|other| other <= end);
                }
                for end in own {
                    let at = ends.partition_point(|other| *other <= end);
                    ends.insert(at, end);
                }
            }
        }
        crossings
    }

    /// The top of each cell: near those that it is joined with, in the order of its layer, apart from the next.
    fn place(&self) -> Vec<i32> {
        let mut middle = vec![0.0; self.layer.len()];
        for layer in &self.layers {
            let mut top = 0;
            for cell in layer {
                middle[*cell] = f64::from(top) + f64::from(self.height[*cell]) / 2.0;
                top += self.height[*cell] + BOX_GAP;
            }
        }
        for sweep in 0..2 * SWEEPS {
            let mut numbers: Vec<usize> = (0..self.layers.len()).collect();
            if sweep % 2 == 1 {
                numbers.reverse();
            }
            for number in numbers {
                let layer = &self.layers[number];
                let wishes = layer.iter().map(|cell| {
                    let joined = self.before[*cell].iter().chain(&self.behind[*cell]);
                    let (sum, count) = joined.fold((0.0, 0), |(sum, count), other| {
                        (sum + middle[*other], count + 1)
                    });
                    if count == 0 {
                        middle[*cell]
                    } else {
                        sum / f64::from(count)
                    }
                });
                let wishes: Vec<f64> = wishes.collect();
                let heights = layer.iter().map(|cell| self.height[*cell]);
                let found = apart(&wishes, &heights.collect::<Vec<_>>());
                for (cell, found) in layer.iter().zip(found) {
                    middle[*cell] = found;
                }
            }
        }
        let mut tops = vec![0; self.layer.len()];
        for layer in &self.layers {
            let mut free = i32::MIN;
            for cell in layer {
                let top = (middle[*cell] - f64::from(self.height[*cell]) / 2.0).round() as i32;
                tops[*cell] = top.max(free);
                free = tops[*cell] + self.height[*cell] + BOX_GAP;
            }
        }
        let least = tops.iter().min().copied().unwrap_or_default();
        tops.into_iter().map(|top| top - least).collect()
    }
}

/// The middles nearest to the wishes that keep the order and the gaps: neighbours whose wishes collide are moved
/// together, as one block around the mean of their wishes.
fn apart(wishes: &[f64], heights: &[i32]) -> Vec<f64> {
    let mut offsets = Vec::with_capacity(heights.len());
    let mut offset = 0.0;
    for (at, height) in heights.iter().enumerate() {
        if at > 0 {
            offset += f64::from(heights[at - 1] + height) / 2.0 + f64::from(BOX_GAP);
        }
        offsets.push(offset);
    }
    // Blocks: the sum of the wishes, and how many.
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (wish, offset) in wishes.iter().zip(&offsets) {
        let mut block = (wish - offset, 1);
        while let Some((sum, count)) = blocks.last().copied() {
            if sum / (count as f64) <= block.0 / (block.1 as f64) {
                break;
            }
            block = (block.0 + sum, block.1 + count);
            blocks.pop();
        }
        blocks.push(block);
    }
    let starts = blocks
        .iter()
        .flat_map(|(sum, count)| std::iter::repeat_n(sum / (*count as f64), *count));
    starts
        .zip(offsets)
        .map(|(start, offset)| start + offset)
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{BOX_GAP, Layout, WIDTH, layered};

    fn overlaps(layout: &Layout, heights: &[i32]) -> Option<(usize, usize)> {
        let boxes = &layout.boxes;
        for a in 0..boxes.len() {
            for b in a + 1..boxes.len() {
                let apart = boxes[a].0 + WIDTH <= boxes[b].0
                    || boxes[b].0 + WIDTH <= boxes[a].0
                    || boxes[a].1 + heights[a] + BOX_GAP <= boxes[b].1
                    || boxes[b].1 + heights[b] + BOX_GAP <= boxes[a].1;
                if !apart {
                    return Some((a, b));
                }
            }
        }
        None
    }

    #[test]
    fn what_comes_first_is_to_the_left() {
        // 0 → 1 → 2, 0 → 2
        let layout = layered(&[40, 40, 40], &[(0, 1), (1, 2), (0, 2)]);
        let x: Vec<_> = layout.boxes.iter().map(|(x, _)| *x).collect();
        assert!(x[0] < x[1] && x[1] < x[2], "{x:?}");
        // The long arrow passes the box between its ends.
        let long = &layout.arrows[2];
        assert_eq!(long.len(), 4);
        let (top, passes) = (layout.boxes[1].1, long[1].1);
        assert!(passes < top || passes > top + 40, "{layout:?}");
    }

    #[test]
    fn a_loop_is_laid_out_and_its_arrow_leads_back() {
        let layout = layered(&[40, 40], &[(0, 1), (1, 0), (1, 1)]);
        let back = &layout.arrows[1];
        assert!(back[0].0 > back[back.len() - 1].0, "{layout:?}");
    }

    #[test]
    fn many_boxes_make_no_tower() {
        let arrows: Vec<_> = (1..200).map(|to| (0, to)).collect();
        let layout = layered(&[50; 200], &arrows);
        let (width, height) = layout.size;
        assert!(height < 3 * width && width < 3 * height, "{width}x{height}");
    }

    #[test]
    fn arrows_that_need_not_cross_do_not() {
        let layout = layered(&[40; 6], &[(0, 5), (1, 4), (2, 3)]);
        let y = |at: usize| layout.boxes[at].1;
        let mut pairs = [(y(0), y(5)), (y(1), y(4)), (y(2), y(3))];
        pairs.sort_unstable();
        assert!(
            pairs.windows(2).all(|two| two[0].1 < two[1].1),
            "{layout:?}"
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn no_boxes_overlap_and_it_is_the_same_every_time(
            heights in prop::collection::vec(20..120i32, 1..60),
            arrows in prop::collection::vec((0..60usize, 0..60usize), 0..120),
        ) {
            let arrows: Vec<_> = arrows
                .into_iter()
                .map(|(from, to)| (from % heights.len(), to % heights.len()))
                .collect();
            let layout = layered(&heights, &arrows);
            prop_assert_eq!(overlaps(&layout, &heights), None);
            for (at, (x, y)) in layout.boxes.iter().enumerate() {
                prop_assert!(*x >= 0 && *y >= 0);
                prop_assert!(x + WIDTH <= layout.size.0 && y + heights[at] <= layout.size.1);
            }
            for (x, y) in layout.arrows.iter().flatten() {
                prop_assert!((0..=layout.size.0).contains(x) && (0..=layout.size.1).contains(y));
            }
            prop_assert_eq!(layout, layered(&heights, &arrows));
        }
    }
}
