//! Rust source as the guards see it: comments, literals and test code blanked, every byte still in its place.

use std::fs;
use std::path::{Path, PathBuf};

/// One source file below the package root.
pub struct SourceText {
    /// Relative, with `/`.
    pub path: String,
    /// As written.
    pub text: String,
    /// Test code, comments and the inside of literals are blanks; quotes and line breaks stay. As long as `text`.
    pub code: String,
}

/// The package root.
pub fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All files with the ending below a folder of the package, sorted by path.
pub fn files(folder: &str, ending: &str) -> Vec<PathBuf> {
    fn walk(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
        let Ok(entries) = fs::read_dir(folder) else { return };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, ending, found);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                found.push(path);
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), ending, &mut found);
    found.sort();
    found
}

/// Path below the package root, with `/`.
pub fn relative(path: &Path) -> String {
    path.strip_prefix(root()).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

/// Every Rust file below `src`, files that are tests as a whole left out.
pub fn sources() -> Vec<SourceText> {
    let is_test = |path: &Path| {
        path.file_stem().is_some_and(|stem| stem == "tests" || stem.to_string_lossy().ends_with("_tests"))
            || relative(path).contains("/tests/")
    };
    let paths = files("src", "rs").into_iter().filter(|path| !is_test(path));
    paths
        .map(|path| {
            let text = fs::read_to_string(&path).expect("a source file is UTF-8");
            let code = without_tests(&mask(&text));
            SourceText { path: relative(&path), text, code }
        })
        .collect()
}

impl SourceText {
    /// Line number from 1 of a byte offset.
    pub fn line(&self, at: usize) -> usize {
        self.code[..at].matches('\n').count() + 1
    }

    /// `path:line` of every occurrence of a word or sign in the code.
    pub fn places(&self, wanted: &str) -> Vec<String> {
        let starts_inside_word = |at: usize| {
            wanted.starts_with(|c: char| c.is_alphanumeric()) && self.code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_')
        };
        let found = self.code.match_indices(wanted).filter(|(at, _)| !starts_inside_word(*at));
        found.map(|(at, _)| format!("{}:{}: {wanted}", self.path, self.line(at))).collect()
    }
}

/// Blanks comments and the inside of string and character literals.
pub fn mask(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = match bytes[at] {
            b'/' if bytes.get(at + 1) == Some(&b'/') => find(bytes, at, b"\n").unwrap_or(bytes.len()),
            b'/' if bytes.get(at + 1) == Some(&b'*') => find(bytes, at + 2, b"*/").map_or(bytes.len(), |end| end + 2),
            b'"' => string_end(bytes, at + 1),
            b'r' if !after_word(bytes, at) => raw_string_end(bytes, at).unwrap_or(at + 1),
            b'\'' => character_end(bytes, at).unwrap_or(at + 1),
            _ => at + 1,
        };
        if end > at + 1 {
            let literal = bytes[at] != b'/';
            for (offset, byte) in out[at..end].iter_mut().enumerate() {
                let edge = literal && (offset == 0 || at + offset == end - 1);
                if *byte != b'\n' && !edge {
                    *byte = b' ';
                }
            }
        }
        at = end;
    }
    String::from_utf8(out).expect("only whole literals and comments are blanked")
}

fn find(bytes: &[u8], from: usize, wanted: &[u8]) -> Option<usize> {
    bytes.get(from..)?.windows(wanted.len()).position(|window| window == wanted).map(|at| from + at)
}

fn after_word(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_') && bytes[at - 1] != b'b'
}

fn string_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() && bytes[at] != b'"' {
        at += if bytes[at] == b'\\' { 2 } else { 1 };
    }
    (at + 1).min(bytes.len())
}

fn raw_string_end(bytes: &[u8], at: usize) -> Option<usize> {
    let hashes = bytes.get(at + 1..)?.iter().take_while(|byte| **byte == b'#').count();
    if bytes.get(at + 1 + hashes) != Some(&b'"') {
        return None;
    }
    let close = [b"\"".as_slice(), &vec![b'#'; hashes]].concat();
    find(bytes, at + 2 + hashes, &close).map(|end| end + close.len())
}

/// The end of a character literal; `None` for a lifetime.
fn character_end(bytes: &[u8], at: usize) -> Option<usize> {
    if bytes.get(at + 1) == Some(&b'\\') {
        return find(bytes, at + 3, b"'").map(|end| end + 1);
    }
    let text = std::str::from_utf8(bytes.get(at + 1..(at + 6).min(bytes.len()))?).ok().or_else(|| {
        let cut = bytes.get(at + 1..(at + 6).min(bytes.len()))?;
        std::str::from_utf8(&cut[..std::str::from_utf8(cut).err()?.valid_up_to()]).ok()
    })?;
    let width = text.chars().next()?.len_utf8();
    (bytes.get(at + 1 + width) == Some(&b'\'')).then_some(at + 2 + width)
}

/// Blanks every item under `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    let mut out = String::from(code);
    while let Some(start) = out.find("#[cfg(test)]") {
        let rest = &out[start..];
        let end = match (rest.find('{'), rest.find(';')) {
            (Some(open), semicolon) if semicolon.is_none_or(|semicolon| open < semicolon) => block_end(&out, start + open),
            (_, Some(semicolon)) => start + semicolon + 1,
            (_, None) => out.len(),
        };
        let blank: String = out[start..end].bytes().map(|byte| if byte == b'\n' { '\n' } else { ' ' }).collect();
        out.replace_range(start..end, &blank);
    }
    out
}

/// The offset after the brace that closes the one at `open`.
pub fn block_end(code: &str, open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(open) {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

#[test]
fn masking_keeps_places_and_hides_literals() {
    let text = "let a = \"x{\\\"}\"; // unwrap()\nlet b = '{'; let c: &'a str = r#\"}\"#; /* { */ let d = '余';";
    let masked = mask(text);
    assert_eq!(masked.len(), text.len());
    assert!(!masked.contains(['{', '}']) && !masked.contains("unwrap"), "{masked}");
    assert!(masked.contains("&'a str"));
    let tests = without_tests("fn a() {}\n#[cfg(test)]\nmod tests { fn b() { } }\nfn c() {}");
    assert!(tests.contains("fn a") && tests.contains("fn c") && !tests.contains("fn b"));
}
