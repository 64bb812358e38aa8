//! The pages in a browser, where there is one: nothing is logged, nothing is fetched, nothing leaves its box, no two texts of a
//! picture lie on each other, on a phone and on a wide screen.

use super::all;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use strat::diag::Language;
use strat::report::html;

fn browser() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let names = ["chromium", "chromium-browser", "google-chrome"];
    std::env::split_paths(&folders).flat_map(|folder| names.map(|name| folder.join(name))).find(|path| path.is_file())
}

/// Opens a page and gives back what it printed and what it logged.
fn open(browser: &Path, folder: &Path, page: &Path, arguments: &[String]) -> (String, String) {
    let profile = folder.join(format!("profile-{}", page.file_stem().unwrap().to_string_lossy()));
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"])
        .args([
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--enable-logging=stderr",
            "--virtual-time-budget=20000",
        ])
        .arg(format!("--user-data-dir={}", profile.display()))
        .args(arguments)
        .arg(format!("file://{}", page.display()))
        .output()
        .expect("the browser starts");
    (String::from_utf8_lossy(&output.stdout).into_owned(), String::from_utf8_lossy(&output.stderr).into_owned())
}

/// Lines that the page, not the browser, has logged.
fn logged(stderr: &str) -> Vec<&str> {
    stderr.lines().filter(|line| line.contains("CONSOLE")).collect()
}

const MEASURE: &str = r#"
function measure(doc, name) {
  const found = [];
  const width = doc.documentElement.clientWidth;
  const hidden = e => e.closest('caption, thead, details:not([open]), .skip, .defs');
  for (const e of doc.body.querySelectorAll('*')) {
    const box = e.getBoundingClientRect();
    if (box.width === 0 || hidden(e)) continue;
    const inSvg = e.closest('svg');
    const scrolls = e.closest('.tb, .toc') || (e.closest('.wo .dr'));
    if (!inSvg && !scrolls && (box.right > width + 1 || box.left < -1)) found.push('leaves the page: ' + e.tagName + '.' + e.className + ' ' + e.textContent.slice(0, 40));
    if (!inSvg && !scrolls && getComputedStyle(e).display !== 'inline' && e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0) found.push('wider than its box: ' + e.tagName + '.' + e.className + ' ' + e.scrollWidth + '>' + e.clientWidth + ' ' + e.textContent.slice(0, 40));
    if (!inSvg && getComputedStyle(e).overflowY === 'hidden' && e.scrollHeight > e.clientHeight + 1) found.push('cut off: ' + e.tagName + '.' + e.className);
  }
  for (const svg of doc.body.querySelectorAll('svg[role=img]')) {
    const frame = svg.getBoundingClientRect();
    if (frame.width === 0 || hidden(svg)) continue;
    const texts = [...svg.querySelectorAll('text')].map(e => ({ text: e.textContent.slice(0, 30), box: e.getBoundingClientRect() }));
    const label = svg.getAttribute('aria-label').slice(0, 30);
    for (const [i, one] of texts.entries()) {
      const b = one.box;
      if (b.left < frame.left - 2 || b.right > frame.right + 2 || b.bottom > frame.bottom + 3 || b.top < frame.top - 3) found.push('text leaves its picture: ' + label + ' / ' + one.text);
      for (const other of texts.slice(i + 1)) {
        const x = Math.min(b.right, other.box.right) - Math.max(b.left, other.box.left);
        const y = Math.min(b.bottom, other.box.bottom) - Math.max(b.top, other.box.top);
        if (x > 2 && y > 5) found.push('texts lie on each other: ' + label + ' / ' + one.text + ' / ' + other.text);
      }
    }
  }
  return name + ' at ' + width + ': ' + found.length + ' faults' + found.map(f => '\n  ' + f).join('');
}
window.addEventListener('load', () => {
  document.getElementById('measured').textContent = [...document.querySelectorAll('iframe')].map(f => measure(f.contentDocument, f.title)).join('\n') + '\nall measured';
});
"#;

fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;")
}

#[test]
fn pages_fit_phones_and_wide_screens() {
    let Some(browser) = browser() else {
        println!("skipped: no chromium on this machine");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut frames = String::new();
    let mut many = 0;
    for (name, evaluation) in all() {
        for (language, word) in [(Language::English, "en"), (Language::Chinese, "zh")] {
            let page = attribute(&html(&evaluation, language));
            for width in [360, 820, 1440] {
                many += 1;
                frames.push_str(&format!(
                    "<iframe title=\"{name}-{word}\" width=\"{width}\" height=\"900\" style=\"border:0\" srcdoc=\"{page}\"></iframe>\n"
                ));
            }
        }
    }
    let harness = folder.path().join("harness.html");
    fs::write(&harness, format!("<!DOCTYPE html><meta charset=utf-8><pre id=measured></pre><script>{MEASURE}</script>{frames}")).unwrap();
    let (dom, stderr) = open(&browser, folder.path(), &harness, &["--dump-dom".into()]);
    let measured = dom.split("<pre id=\"measured\">").nth(1).and_then(|rest| rest.split("</pre>").next()).unwrap_or("").to_owned();
    assert!(measured.ends_with("all measured"), "the pages were not measured: {stderr}");
    assert_eq!(measured.matches(" faults").count(), many);
    let faults: Vec<&str> = measured.lines().filter(|line| line.starts_with("  ")).collect();
    assert!(faults.is_empty(), "{measured}");
    assert_eq!(logged(&stderr), Vec::<&str>::new(), "the pages logged something");
}

#[test]
fn pages_open_without_a_word_and_can_be_photographed() {
    let Some(browser) = browser() else {
        println!("skipped: no chromium on this machine");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("report.html");
    let text = html(&super::adaptive::adaptive(), Language::Chinese);
    fs::write(&page, &text).unwrap();
    let picture = folder.path().join("report.png");
    let (_, stderr) =
        open(&browser, folder.path(), &page, &[format!("--screenshot={}", picture.display()), "--window-size=1440,2400".into()]);
    let bytes = fs::read(&picture).unwrap_or_else(|_| panic!("no picture: {stderr}"));
    assert!(bytes.starts_with(b"\x89PNG") && bytes.len() > 100_000, "the picture shows a page: {} bytes", bytes.len());
    assert_eq!(logged(&stderr), Vec::<&str>::new());

    // The policy forbids what the page does not do, and the log would show it: a request and a script that somebody slipped in.
    let bad = folder.path().join("bad.html");
    let slipped = text
        .replace("<main id=\"main\">", "<main id=\"main\"><img src=\"https://example.invalid/x.png\"><script>console.log('ran')</script>");
    fs::write(&bad, slipped).unwrap();
    let (_, stderr) = open(&browser, folder.path(), &bad, &["--dump-dom".into()]);
    let log = logged(&stderr).join("\n");
    assert!(log.contains("Content Security Policy") && log.contains("example.invalid"), "{log}");
    assert!(!log.contains("ran\""), "{log}");
}
