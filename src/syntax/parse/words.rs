//! The words recovery and the formatter look at. The grammar decides meaning; these only say where a new thing probably begins.

/// Words that begin a declaration.
pub(crate) const ITEM_WORDS: [&str; 28] = [
    "use",
    "subject",
    "entity",
    "event",
    "ledger",
    "link",
    "param",
    "feature",
    "segment",
    "tiers",
    "partition",
    "score",
    "lexicon",
    "model",
    "tag",
    "cohort",
    "channel",
    "role",
    "action",
    "offer",
    "template",
    "policy",
    "strategy",
    "metric",
    "alert",
    "overlay",
    "compare",
    "experiment",
];

/// Words that may begin a clause in the middle of a line.
const CLAUSE_WORDS: [&str; 88] = [
    "owner",
    "approver",
    "class",
    "priority",
    "purpose",
    "product",
    "recipient",
    "under",
    "on",
    "again",
    "exclude",
    "at",
    "value",
    "rank",
    "limit",
    "arms",
    "plan",
    "exit",
    "budget",
    "goal",
    "guard",
    "runs",
    "about",
    "wave",
    "by",
    "choose",
    "send",
    "do",
    "none",
    "hours",
    "quiet",
    "order",
    "control",
    "capacity",
    "improve",
    "worsen",
    "monotone",
    "add",
    "negation",
    "bp",
    "points",
    "amount",
    "target",
    "cap",
    "bundle",
    "quota",
    "holds",
    "reserve",
    "valid",
    "cost",
    "staff",
    "to",
    "due",
    "writes",
    "approved",
    "param",
    "disable",
    "population",
    "decide",
    "as",
    "previous",
    "given",
    "expect",
    "legal",
    "consent",
    "eligibility",
    "suitability",
    "contact",
    "arbitration",
    "exposure",
    "test",
    "key",
    "judge",
    "alpha",
    "power",
    "looks",
    "adaptive",
    "floor",
    "holdout",
    "cheaper",
    "strata",
    "adjust",
    "cluster",
    "probability",
    "propose",
    "observed",
    "drift",
    "beside",
];

/// Words that begin a line without beginning a clause.
const CONTINUATIONS: [&str; 20] = [
    "and",
    "or",
    "not",
    "in",
    "is",
    "where",
    "when",
    "otherwise",
    "true",
    "false",
    "missing",
    "known",
    "unknown",
    "any",
    "because",
    "using",
    "else",
    "per",
    "among",
    "if",
];

/// Whether a character may stand inside a name.
pub(crate) fn is_word_part(sign: char) -> bool {
    sign == '_' || unicode_ident::is_xid_continue(sign)
}

/// The word a text begins with; empty when it begins with something else.
pub(crate) fn leading_word(text: &str) -> &str {
    let end = text.find(|sign: char| !is_word_part(sign)).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
}

/// Whether a line begins a declaration: an item word, a blank, then a name or a text.
pub(crate) fn begins_with_item_word(line: &str) -> bool {
    let word = leading_word(line);
    if !is_item_word(word) {
        return false;
    }
    let rest = line.get(word.len()..).unwrap_or("");
    let after = rest.trim_start_matches([' ', '\t']);
    if after.len() == rest.len() {
        return false;
    }
    if word == "test" {
        return after.starts_with(['"', '“', '\'']);
    }
    let name = leading_word(after);
    !name.is_empty() && !after.get(name.len()..).unwrap_or("").trim_start_matches([' ', '\t']).starts_with(':')
}

pub(crate) fn is_item_word(word: &str) -> bool {
    word == "test" || ITEM_WORDS.contains(&word)
}

pub(crate) fn is_clause_word(word: &str) -> bool {
    CLAUSE_WORDS.contains(&word)
}

pub(crate) fn is_continuation(word: &str) -> bool {
    CONTINUATIONS.contains(&word)
}

/// The fifteen words that can never be names.
pub(crate) fn is_reserved(word: &str) -> bool {
    matches!(
        word,
        "and"
            | "or"
            | "not"
            | "in"
            | "is"
            | "where"
            | "when"
            | "otherwise"
            | "true"
            | "false"
            | "missing"
            | "known"
            | "unknown"
            | "any"
            | "none"
    )
}
