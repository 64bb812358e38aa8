//! A whole random program.

use super::expression::{Place, Writer};
use super::schema::schema;
use super::source::{Piece, Source};
use super::strategy::CHANNELS;
use crate::agree::random::Random;

pub fn program(random: &mut Random) -> Source {
    let schema = schema(random);
    let mut pieces = vec![Piece::line(format!("subject {}", schema.tables[0].name))];
    pieces.extend(schema.pieces.iter().cloned());
    pieces.extend(CHANNELS.iter().map(|channel| Piece::line(format!("channel {channel} \"渠道 {channel}\" cost 0.05元"))));
    let mut writer = Writer { random, schema: &schema, params: Vec::new(), facts: Vec::new(), ladders: Vec::new(), varies: false };
    for _ in 0..writer.random.below(4) {
        writer.param(&mut pieces);
    }
    for _ in 0..2 + writer.random.below(6) {
        match writer.random.below(4) {
            0 => writer.segment(&mut pieces),
            1 if writer.ladders.len() < 3 => writer.ladder(&mut pieces),
            _ => writer.feature(&mut pieces),
        }
    }
    // Whom a strategy about something else reaches is known as a customer only.
    if (schema.loans.is_none() || schema.tables[0].name == "customers") && writer.random.chance(35) {
        let order = *writer.random.pick(&["sales, risk", "retention", "service, sales, risk, retention"]);
        pieces.push(Piece::line(format!("overlay ordered when {} {{ order {order} }}", writer.condition(Place::of(0), 2).0)));
    }
    let mut all = vec![writer.means(0, "c", &mut pieces)];
    let always = writer.random.chance(30);
    if let (Some(loans), false) = (schema.loans, always) {
        all.push(writer.means(loans, "l", &mut pieces));
    }
    for (at, means) in all.iter_mut().enumerate() {
        means.always = always;
        if writer.random.chance(70) {
            writer.policy(means, ["c", "l"][at], &mut pieces);
        }
    }
    for at in 0..1 + writer.random.below(2) {
        let which = writer.random.below(all.len());
        writer.strategy(at, &all[which], &mut pieces);
    }
    Source { pieces }
}
