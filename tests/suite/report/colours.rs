//! Contrast of the style sheet's colours, by the formula of the Web Content Accessibility Guidelines 2.2: 4.5 for text, 3 for marks.

use super::samples;
use std::collections::BTreeMap;
use strat::diag::Language;
use strat::report::html;

/// `--name:#hex` of one block of the style sheet.
fn colours(block: &str) -> BTreeMap<String, [f64; 3]> {
    let pairs = block.split("--").skip(1).filter_map(|part| part.split([';', '}']).next()?.split_once(":#"));
    pairs.map(|(name, hex)| (name.to_owned(), linear(hex.trim()))).collect()
}

fn linear(hex: &str) -> [f64; 3] {
    let long: String = if hex.len() == 3 { hex.chars().flat_map(|digit| [digit, digit]).collect() } else { hex.to_owned() };
    [0, 2, 4].map(|at| {
        let part = f64::from(u8::from_str_radix(&long[at..at + 2], 16).unwrap()) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    })
}

fn contrast(one: [f64; 3], other: [f64; 3]) -> f64 {
    let light = |colour: [f64; 3]| 0.2126 * colour[0] + 0.7152 * colour[1] + 0.0722 * colour[2] + 0.05;
    let (one, other) = (light(one), light(other));
    one.max(other) / one.min(other)
}

#[test]
fn colours_are_far_enough_apart_in_light_dark_and_print() {
    let page = html(&samples::versions(), Language::English);
    let style = page.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
    let light = style.split("--sans").next().unwrap();
    let dark = style.split("prefers-color-scheme:dark){").nth(1).unwrap().split('}').next().unwrap();
    let print = style.split("@media print{").nth(1).unwrap().split('}').next().unwrap();
    let texts = [
        ("ink", "bg"),
        ("ink", "card"),
        ("ink", "soft"),
        ("mut", "bg"),
        ("mut", "card"),
        ("mut", "soft"),
        ("link", "card"),
        ("link", "bg"),
        ("topi", "top"),
        ("topm", "top"),
    ];
    let states =
        [("ok", "okb"), ("no", "nob"), ("wa", "wab"), ("ink", "okb"), ("ink", "nob"), ("ok", "card"), ("no", "card"), ("wa", "card")];
    let heat = ["n3", "n2", "n1", "p1", "p2", "p3"].map(|step| ("ink", step));
    for (scheme, block) in [("light", light), ("dark", dark), ("print", print)] {
        let colours = colours(block);
        for (text, ground) in texts.into_iter().chain(states).chain(heat) {
            let found = contrast(colours[text], colours[ground]);
            assert!(found >= 4.5, "{scheme}: {text} on {ground} has {found:.2}");
        }
        for arm in 0..8 {
            let found = contrast(colours[&format!("c{arm}")], colours["card"]);
            assert!(found >= 4.5, "{scheme}: arm {arm}, whose name is written in its colour, has {found:.2}");
        }
    }
}
