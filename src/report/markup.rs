//! Text of strangers made safe: escaped, without characters that steer the page, of bounded length.

use std::fmt;

/// HTML that is already safe: made of escaped text and of elements written here. Templates print it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Markup(String);

impl askama::filters::HtmlSafe for Markup {}

impl fmt::Display for Markup {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Characters of a name that are shown; the rest is in its tip.
const NAME: usize = 48;
/// Characters of a tip.
const TIP: usize = 160;
/// Characters of a sentence.
const SENTENCE: usize = 1_600;

impl Markup {
    /// Plain text.
    #[must_use]
    pub fn text(text: &str) -> Self {
        Self(escaped(&cleaned(text, SENTENCE)))
    }

    /// Elements written in this room; every text in them was escaped by its writer.
    #[must_use]
    pub fn written(html: String) -> Self {
        Self(html)
    }

    /// A name given by somebody: cut to size, kept apart from the direction of the text around it.
    #[must_use]
    pub fn name(name: &str) -> Self {
        let shown = cleaned(name, NAME);
        let whole = cleaned(name, TIP);
        let tip = if shown == whole { String::new() } else { format!(" title=\"{}\"", escaped(&whole)) };
        Self(format!("<bdi{tip}>{}</bdi>", escaped(&shown)))
    }

    /// A display name with its name in the program as the tip.
    #[must_use]
    pub fn label(label: Option<&str>, name: &str) -> Self {
        match label {
            Some(label) if label != name => {
                Self(format!("<bdi title=\"{}\">{}</bdi>", escaped(&cleaned(name, TIP)), escaped(&cleaned(label, NAME))))
            }
            Some(_) | None => Self::name(name),
        }
    }

    /// `<TAG class="CLASS">…</TAG>`
    #[must_use]
    pub fn inside(&self, tag: &str, class: &str) -> Self {
        Self(format!("<{tag} class=\"{class}\">{}</{tag}>", self.0))
    }

    #[must_use]
    pub fn then(mut self, other: &Self) -> Self {
        self.0.push_str(&other.0);
        self
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The characters with a meaning in HTML, written so that they have none.
#[must_use]
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
    out
}

/// Line ends and tabs become blanks; controls, and marks that turn the direction of text, go; at most so many characters, the last
/// of them `…` where there were more.
#[must_use]
pub fn cleaned(text: &str, most: usize) -> String {
    let kept = |character: &char| !matches!(character, '\u{200E}' | '\u{200F}' | '\u{061C}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' | '\u{FEFF}');
    let mut out = String::new();
    let mut blank = false;
    for (count, character) in text.chars().filter(kept).enumerate() {
        if count >= most {
            out.pop();
            out.push('…');
            break;
        }
        let character = if character.is_control() || character == '\u{2028}' || character == '\u{2029}' { ' ' } else { character };
        if character == ' ' && blank {
            continue;
        }
        blank = character == ' ';
        out.push(character);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_cannot_write_markup() {
        let name = Markup::name("<script>alert('x')</script>\u{202E}\n\"&");
        assert_eq!(name.as_str(), "<bdi>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &quot;&amp;</bdi>");
        let long = Markup::name(&"x".repeat(10_000));
        assert!(long.as_str().len() < 300);
        assert_eq!(Markup::label(Some("短信"), "sms").as_str(), "<bdi title=\"sms\">短信</bdi>");
        assert_eq!(cleaned("abcdef", 3), "ab…");
    }
}
