//! Texts that are nearly constraints and versions, the same ones each time.

use crate::query::Query;

pub struct Texts(pub u64);

impl Texts {
    fn below(&mut self, count: usize) -> usize {
        // SplitMix64
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % count as u64).unwrap()
    }

    fn pick<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        texts[self.below(texts.len())]
    }

    /// Anything that may be asked.
    pub fn query(&mut self) -> Query {
        match self.below(16) {
            0 => Query::Read(self.likely()),
            1 => Query::Read(self.wild()),
            2 => Query::Loose(self.tag()),
            3 => Query::Strict(self.tag()),
            4 => Query::Tag(self.tag()),
            5 => Query::Order(self.neat_version(), self.neat_version()),
            6 | 7 => {
                let helm = self.below(4) == 0;
                let tags = (0..=self.below(20)).map(|_| self.tag());
                // A registry holds no `+`; Helm writes it as `_`.
                let tags = tags.map(|tag| if helm { tag.replace('+', "_") } else { tag });
                Query::Choose {
                    tags: tags.collect(),
                    helm,
                    range: self.range(),
                    filter: self
                        .pick(&["", "", "", "^v?1", "-rc", r"\.\d+$", "0$|1$", "(?i)RC", "["])
                        .to_owned(),
                }
            }
            8 => Query::Match(self.likely(), self.tag()),
            _ => Query::Match(self.range(), self.neat_version()),
        }
    }

    /// A version as comparators have them.
    fn version(&mut self) -> String {
        let mut text = self.pick(&["", "", "", "v"]).to_owned();
        for number in 0..=self.below(3) {
            text += if number == 0 { "" } else { "." };
            text += self.pick(&[
                "0",
                "1",
                "2",
                "12",
                "01",
                "x",
                "*",
                "X",
                "18446744073709551616",
            ]);
        }
        text += self.pick(&["", "", "", "", "-0", "-rc.1", "-01", "-a-b", "-0a.1", "-1."]);
        text + self.pick(&["", "", "", "", "", "+b", "+01.c"])
    }

    /// A version of few numbers, so that ranges and versions meet.
    fn neat_version(&mut self) -> String {
        let mut text = self.pick(&["", "", "", "v"]).to_owned();
        for number in 0..=2 - self.below(8) / 7 {
            text += if number == 0 { "" } else { "." };
            text += self.pick(&["0", "0", "1", "1", "2", "3", "10", "18446744073709551615"]);
        }
        text + self.prerelease() + self.pick(&["", "", "", "", "", "+b"])
    }

    fn prerelease(&mut self) -> &'static str {
        self.pick(&[
            "",
            "",
            "",
            "",
            "",
            "",
            "-0",
            "-0",
            "-1",
            "-10",
            "-2",
            "-rc.1",
            "-rc.2",
            "-rc.10",
            "-rc",
            "-rc1",
            "-alpha",
            "-A",
            "--",
            "-1.2.3",
            "-0.0",
            "-99999999999999999999",
            "-100000000000000000000",
            "-18446744073709551615",
            "-z",
        ])
    }

    /// A range that is mostly one.
    fn range(&mut self) -> String {
        let mut text = String::new();
        for number in 0..=self.below(6).saturating_sub(2) {
            if number > 0 {
                text += self.pick(&[" ", " ", ", ", " || ", " - "]);
            }
            text += self.pick(&[
                "", "=", "!=", "!=", ">", "<", ">=", ">=", "=>", "<=", "=<", "~", "~", "~>", "^",
                "^",
            ]);
            text += self.pick(&["", "", "", "", "", "v"]);
            for number in 0..=[2, 2, 2, 2, 1, 0][self.below(6)] {
                text += if number == 0 { "" } else { "." };
                text += self.pick(&["0", "0", "1", "1", "2", "3", "10", "x", "*"]);
            }
            text += self.prerelease();
        }
        text
    }

    /// A tag that is mostly a version.
    fn tag(&mut self) -> String {
        match self.below(8) {
            0 => {
                let len = self.below(10);
                let letters = [
                    "0", "1", "9", ".", ".", "v", "V", "-", "+", "_", "a", "rc", "x", "é", "*",
                ];
                (0..len).map(|_| self.pick(&letters)).collect()
            }
            1 => self
                .pick(&[
                    "latest",
                    "1.2",
                    "v1",
                    "1-a.b.c",
                    "1.2-a.b",
                    "2025.02.03",
                    "vv1.0.0",
                    "1.2.3.4",
                    "1.2.3-",
                    "1.2.3+",
                    "1.2.3-rc..1",
                    "1.0.0-rc.01",
                    "01.0.0",
                    "1.0.00",
                    "1.0.0_b",
                    "1.0.0-rc.1_b.1",
                    "1.0.0__b",
                    "v",
                    "main-1.0.0",
                    "1.0.0-01a",
                    "1.0.0+01",
                    "1.0.0+a+b",
                    "18446744073709551616.0.0",
                ])
                .to_owned(),
            2 => {
                let long = self.below(40) + 230;
                format!("1.0.0-{}", "a".repeat(long))
            }
            _ => self.neat_version(),
        }
    }

    /// Pieces that mostly fit together.
    fn likely(&mut self) -> String {
        let mut text = self.pick(&["", "", "", " "]).to_owned();
        for number in 0..=self.below(4) {
            if number > 0 {
                text += self.pick(&[" ", ", ", ",", "||", " || ", " - ", "  -\t", " -", "|", ""]);
            }
            text += self.pick(&[
                "", "", "", "=", "!=", ">", "<", ">=", "=>", "<=", "=<", "~", "~>", "^", "==",
            ]);
            text += self.pick(&["", "", "", "", " ", "\t"]);
            text += &self.version();
        }
        text + self.pick(&["", "", "", " ", ",", "||"])
    }

    /// Any of the letters that mean something.
    fn wild(&mut self) -> String {
        let len = self.below(14);
        let letters = [
            "0", "1", "2", "x", "X", "*", "|", "||", ".", "v", "^", "~", "<", ">", "=", "!", ",",
            " ", " ", "-", " - ", "+", "a", "rc", "\t", "\u{c}", "\u{b}", "é",
        ];
        (0..len).map(|_| self.pick(&letters)).collect()
    }
}
