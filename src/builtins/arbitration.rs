//! Who of several contenders for one person passes which caps: built by the checker, never called from source.
//!
//! A plan text says who they are and what the caps are: `a1,a2|0.1:1` – two contenders, one cap that counts both and may stop the second.

use super::Builtin;
use crate::types::{Physical, Type, Value};

pub(super) static ALL: &[&Builtin] = &[&ARBITRATE, &CAP_REACHED, &RIVAL];

fn is_plan(types: &[Type]) -> bool {
    types.first().is_some_and(Type::is_text) && types.iter().skip(1).all(|ty| ty.physical() != Physical::Text)
}

/// `arbitrate(plan, flag, value, flag, value, …, used, most, used, most, …)`: contenders with a true flag are asked from the greatest
/// value down, equal ones as written. One word per contender: `-` is none, `+` passes, `0,2:a1` is stopped by caps 0 and 2, and `a1` was
/// the last to pass that the first cap with any counts. Empty when there is no contender.
static ARBITRATE: Builtin = Builtin {
    name: "arbitrate",
    signature: "arbitrate(text, bool, value, …, int, int, …) -> text",
    documentation: "Who of several contenders passes which caps.",
    example: "arbitrate(\"a|0:0\", true, 1, 0, 1) = \"+\"",
    result: |types| is_plan(types).then_some(Type::Text),
    partial: false,
    internal: true,
    row: |values| Value::Text(if values.contains(&Value::Bool(true)) { arbitrate(values).unwrap_or_default() } else { String::new() }),
    #[cfg(feature = "engine")]
    frame: None,
};

static CAP_REACHED: Builtin = Builtin {
    name: "cap_reached",
    signature: "cap_reached(text, int, int) -> bool",
    documentation: "Whether a cap stopped a contender, both by number.",
    example: "cap_reached(\"+ 0:a\", 1, 0)",
    result: |types| matches!(types, [text, Type::Int, Type::Int] if text.is_text()).then_some(Type::Bool),
    partial: false,
    internal: true,
    row: |values| {
        let caps = word(values).and_then(|word| word.split(':').next());
        let cap = values.get(2).and_then(Value::as_int).map(|cap| cap.to_string());
        Value::Bool(caps.is_some_and(|caps| caps.split(',').any(|known| Some(known) == cap.as_deref())))
    },
    #[cfg(feature = "engine")]
    frame: None,
};

static RIVAL: Builtin = Builtin {
    name: "rival",
    signature: "rival(text, int) -> text",
    documentation: "Who took the place of a contender; empty when nobody of this run did.",
    example: "rival(\"+ 0:a\", 1) = \"a\"",
    result: |types| matches!(types, [text, Type::Int] if text.is_text()).then_some(Type::Text),
    partial: false,
    internal: true,
    row: |values| Value::Text(word(values).and_then(|word| word.split_once(':')).map(|(_, rival)| rival.to_string()).unwrap_or_default()),
    #[cfg(feature = "engine")]
    frame: None,
};

/// The word of a contender.
fn word(values: &[Value]) -> Option<&str> {
    let at = usize::try_from(values.get(1)?.as_int()?).ok()?;
    values.first()?.as_text()?.split(' ').nth(at)
}

struct Cap {
    counts: Vec<usize>,
    applies: Vec<usize>,
    used: i64,
    most: i64,
    last: Option<usize>,
}

fn numbers(text: &str) -> Vec<usize> {
    text.split('.').filter_map(|number| number.parse().ok()).collect()
}

fn arbitrate(values: &[Value]) -> Option<String> {
    let mut plan = values.first()?.as_text()?.split('|');
    let names: Vec<&str> = plan.next()?.split(',').collect();
    let mut caps = Vec::new();
    for (at, cap) in plan.enumerate() {
        let (counts, applies) = cap.split_once(':')?;
        let first = 1 + 2 * (names.len() + at);
        let (used, most) = (values.get(first)?.as_int()?, values.get(first + 1)?.as_int()?);
        caps.push(Cap { counts: numbers(counts), applies: numbers(applies), used, most, last: None });
    }
    let wants = |at: &usize| values.get(1 + 2 * at) == Some(&Value::Bool(true));
    let mut order: Vec<usize> = (0..names.len()).filter(wants).collect();
    order.sort_by(|one, other| values.get(2 + 2 * other).cmp(&values.get(2 + 2 * one)));
    let mut words = vec![String::from("-"); names.len()];
    for at in order {
        let said = ask(&mut caps, at, &names);
        if let Some(word) = words.get_mut(at) {
            *word = said;
        }
    }
    Some(words.join(" "))
}

/// Asks the caps of one contender; one who passes counts for those behind.
fn ask(caps: &mut [Cap], at: usize, names: &[&str]) -> String {
    let failing: Vec<usize> =
        (0..caps.len()).filter(|cap| caps.get(*cap).is_some_and(|cap| cap.applies.contains(&at) && cap.used >= cap.most)).collect();
    if failing.is_empty() {
        for cap in caps.iter_mut().filter(|cap| cap.counts.contains(&at)) {
            cap.used = cap.used.saturating_add(1);
            cap.last = Some(at);
        }
        return String::from("+");
    }
    let rival = failing.iter().find_map(|cap| caps.get(*cap)?.last).and_then(|rival| names.get(rival)).copied().unwrap_or_default();
    let failing: Vec<String> = failing.iter().map(usize::to_string).collect();
    format!("{}:{rival}", failing.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_value_is_asked_first() {
        let text = |text: &str| Value::Text(String::from(text));
        let ask = |flags: [bool; 3], worth: [i64; 3], used: i64| {
            let mut values = vec![text("a,b,c|0.1.2:0.1.2|0.1:1")];
            for (flag, worth) in flags.into_iter().zip(worth) {
                values.extend([Value::Bool(flag), Value::Int(worth)]);
            }
            values.extend([used, 2, 0, 1].map(Value::Int));
            (ARBITRATE.row)(&values)
        };
        assert_eq!(ask([true, true, true], [1, 2, 3], 0), text("0:b + +"));
        assert_eq!(ask([true, true, true], [3, 2, 1], 0), text("+ 1:a +"), "a cap that does not apply to the first counts it");
        assert_eq!(ask([true, false, true], [1, 9, 1], 1), text("+ - 0:a"), "equal values go as written");
        assert_eq!(ask([true, true, true], [1, 2, 3], 2), text("0: 0: 0:"));
        assert_eq!(ask([false, false, false], [1, 2, 3], 0), text(""));
        let said = text("+ 0,2:b");
        assert_eq!((CAP_REACHED.row)(&[said.clone(), Value::Int(1), Value::Int(2)]), Value::Bool(true));
        assert_eq!((CAP_REACHED.row)(&[said.clone(), Value::Int(0), Value::Int(2)]), Value::Bool(false));
        assert_eq!((RIVAL.row)(&[said, Value::Int(1)]), text("b"));
    }
}
