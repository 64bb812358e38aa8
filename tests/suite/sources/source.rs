//! A program as pieces that can be taken out one by one.

/// A declaration: what it begins with, its lines, what it ends with. A declaration of one line has no parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    pub head: String,
    pub parts: Vec<String>,
    pub tail: &'static str,
}

impl Piece {
    pub fn line(text: impl Into<String>) -> Piece {
        Piece { head: text.into(), parts: Vec::new(), tail: "" }
    }

    pub fn block(head: impl Into<String>, parts: Vec<String>) -> Piece {
        Piece { head: format!("{} {{", head.into()), parts, tail: "}" }
    }
}

/// A program.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Source {
    pub pieces: Vec<Piece>,
}

impl Source {
    pub fn text(&self) -> String {
        let mut out = String::new();
        for piece in &self.pieces {
            out.push_str(&piece.head);
            out.push('\n');
            for part in &piece.parts {
                out.push_str(&format!("  {part}\n"));
            }
            if !piece.tail.is_empty() {
                out.push_str(&format!("{}\n", piece.tail));
            }
        }
        out
    }
}
