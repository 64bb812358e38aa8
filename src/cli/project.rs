//! A project: a folder with a `strat.toml` that says where its program, data and results are.
//!
//! Paths in the file count from its folder, paths in flags from the current one. Nothing is expanded or guessed.

use super::arguments::SettingFlags;
use super::input::{holds_programs, text};
use super::problems::{BAD_PROJECT_FILE, BAD_SETTING, MISSING_SETTING, NO_PROJECT, UNKNOWN_SETTING};
use super::session::{Failure, Session, shown};
use chrono::{NaiveDate, NaiveDateTime};
use std::fs;
use std::path::{Path, PathBuf};
use strat::diag::nearest::nearest;
use strat::diag::render::NOWHERE;
use strat::diag::{Language, Problem};
use strat::source::{FileId, SourceFile, Span};
use toml::de::{DeTable, DeValue};

/// The name of the project file.
pub const PROJECT_FILE: &str = "strat.toml";

const SETTINGS: &[&str] = &["entry", "data", "as_of", "zone", "currency", "locale", "out", "ledger", "since", "optional_tables"];

/// The settings of a project, flags already applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Project {
    /// The folder of `strat.toml`, or of the entry file where there is none.
    pub folder: PathBuf,
    /// The entry file, or a folder whose entry files run together.
    pub entry: PathBuf,
    pub data: Option<PathBuf>,
    pub as_of: Option<AsOf>,
    /// Name of the zone all instants are in. Default `Asia/Shanghai`.
    pub zone: String,
    /// ISO code of the one currency. Default `CNY`.
    pub currency: String,
    /// The language customers are written to in. Default Chinese.
    pub locale: Language,
    pub out: Option<PathBuf>,
    pub ledger: Option<PathBuf>,
    /// Where a first run begins to look for events.
    pub since: Option<AsOf>,
    /// Tables this bank may not have: without a file they count as empty, which every run says.
    pub optional_tables: Vec<String>,
}

/// What a run is as of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// The end of a day.
    Day(NaiveDate),
    /// An instant in the project's zone.
    Instant(NaiveDateTime),
}

impl AsOf {
    /// `2026-11-20`, `2026-11-20 09:00` or `2026-11-20T09:00:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if let Ok(day) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return Some(AsOf::Day(day));
        }
        let forms = ["%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"];
        forms.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok()).map(AsOf::Instant)
    }

    /// The first instant that is no longer visible; `None` after the last day a calendar holds.
    pub fn instant(self) -> Option<NaiveDateTime> {
        match self {
            AsOf::Day(day) => day.succ_opt()?.and_hms_opt(0, 0, 0),
            AsOf::Instant(instant) => Some(instant),
        }
    }
}

impl Project {
    /// Reads the project in a folder, of a `strat.toml`, or around an entry file (which then wins over the `entry` setting). A folder
    /// of programs without a `strat.toml` is a project of all of them.
    pub fn load(session: &mut Session, path: &Path) -> Result<Self, Failure> {
        let about = fs::metadata(path).map_err(|error| session.unreadable(path, &error))?;
        if about.is_dir() && !path.join(PROJECT_FILE).is_file() && holds_programs(path) {
            return Ok(Project { folder: path.to_owned(), ..Self::around(path) });
        }
        if about.is_dir() {
            return Self::from_file(session, &path.join(PROJECT_FILE), None);
        }
        if path.file_name().is_some_and(|name| name == PROJECT_FILE) {
            return Self::from_file(session, path, None);
        }
        let beside = folder_of(path).join(PROJECT_FILE);
        if beside.is_file() {
            return Self::from_file(session, &beside, Some(path));
        }
        Ok(Self::around(path))
    }

    /// The project of an entry file without a `strat.toml`.
    fn around(entry: &Path) -> Self {
        Project {
            folder: folder_of(entry),
            entry: entry.to_owned(),
            data: None,
            as_of: None,
            zone: String::from("Asia/Shanghai"),
            currency: String::from("CNY"),
            locale: Language::Chinese,
            out: None,
            ledger: None,
            since: None,
            optional_tables: Vec::new(),
        }
    }

    fn from_file(session: &mut Session, path: &Path, entry: Option<&Path>) -> Result<Self, Failure> {
        if !path.is_file() {
            let problem = Problem::new(&NO_PROJECT, NOWHERE).with("path", shown(&folder_of(path)));
            return Err(Failure::could_not_run(problem));
        }
        let bytes = fs::read(path).map_err(|error| session.unreadable(path, &error))?;
        let content = text(session, &shown(path), bytes)?;
        let file = session.sources.add(SourceFile::new(shown(path), content.clone()));
        let mut project = Self::around(entry.unwrap_or(&folder_of(path).join("main.strat")));
        project.folder = folder_of(path);
        let mut reading = Reading { session, file, problems: Vec::new(), has_entry: entry.is_some() };
        reading.fill(&mut project, &content);
        let (mut problems, has_entry) = (reading.problems, reading.has_entry);
        if problems.is_empty() && !has_entry {
            problems.push(missing(session, "entry", "entry = \"main.strat\"", Span::new(file, 0, 0)));
        }
        if problems.is_empty() { Ok(project) } else { Err(Failure { exit: super::session::Exit::CouldNotRun, problems }) }
    }

    /// Lets flags win over the file.
    pub fn override_with(mut self, session: &Session, flags: &SettingFlags) -> Result<Self, Failure> {
        self.data = flags.data.clone().or(self.data);
        self.ledger = flags.ledger.clone().or(self.ledger);
        if let Some(given) = &flags.as_of {
            let wrong = || Failure::could_not_run(bad(session, "--as-of", &format!("`{given}`"), "as_of", NOWHERE));
            self.as_of = Some(AsOf::parse(given).ok_or_else(wrong)?);
        }
        Ok(self)
    }

    /// The data folder, which this command cannot do without.
    pub fn data(&self, session: &Session) -> Result<&Path, Failure> {
        let wanted = "data = \"data\" / --data DIR";
        self.data.as_deref().ok_or_else(|| Failure::could_not_run(missing(session, "data", wanted, NOWHERE)))
    }

    /// The instant of the run, which this command cannot do without: the clock is never read instead.
    pub fn instant(&self, session: &Session) -> Result<NaiveDateTime, Failure> {
        let wanted = "as_of = 2026-11-20 / --as-of 2026-11-20";
        let found = self.as_of.and_then(AsOf::instant);
        found.ok_or_else(|| Failure::could_not_run(missing(session, "as_of", wanted, NOWHERE)))
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        Some(_) | None => PathBuf::from("."),
    }
}

fn missing(session: &Session, name: &str, wanted: &str, at: Span) -> Problem {
    let advice = format!("{}{wanted}", session.words("write: ", "请写：")).replace(" / ", session.words(", or give ", "，或使用 "));
    Problem::new(&MISSING_SETTING, at).with("name", name).with("advice", advice)
}

fn bad(session: &Session, name: &str, value: &str, setting: &str, at: Span) -> Problem {
    let (english, chinese) = match setting {
        "as_of" => (
            "write a day or a day and a time: 2026-11-20 or \"2026-11-20 09:00\"",
            "请写日期或日期加时间：2026-11-20 或 \"2026-11-20 09:00\"",
        ),
        "zone" => ("write the name of a zone: \"Asia/Shanghai\"", "请写时区名称：\"Asia/Shanghai\""),
        "currency" => ("write a code of three capital letters: \"CNY\"", "请写三个大写字母的货币代码：\"CNY\""),
        "locale" => ("write \"zh\" or \"en\"", "请写 \"zh\" 或 \"en\""),
        "optional_tables" => ("write names of tables: [\"loans\"]", "请写表名：[\"loans\"]"),
        _ => ("write a path in quotes", "请写带引号的路径"),
    };
    Problem::new(&BAD_SETTING, at).with("name", name).with("value", value).with("advice", session.words(english, chinese))
}

/// Reading one project file: every wrong setting is a problem at its place, none hides another.
struct Reading<'a> {
    session: &'a Session,
    file: FileId,
    problems: Vec<Problem>,
    has_entry: bool,
}

impl Reading<'_> {
    fn fill(&mut self, project: &mut Project, content: &str) {
        let (table, errors) = DeTable::parse_recoverable(content);
        for error in errors {
            let at = error.span().unwrap_or(0..0);
            let span = Span::new(self.file, at.start, at.end);
            self.problems.push(Problem::new(&BAD_PROJECT_FILE, span).with("what", error.message()));
        }
        if !self.problems.is_empty() {
            return;
        }
        for (key, value) in table.get_ref() {
            let name: &str = key.get_ref();
            let span = Span::new(self.file, value.span().start, value.span().end);
            if !SETTINGS.contains(&name) {
                self.unknown(name, Span::new(self.file, key.span().start, key.span().end));
            } else if self.set(project, name, value.get_ref()).is_none() {
                let written = content.get(value.span()).unwrap_or_default();
                self.problems.push(bad(self.session, name, written, name, span));
            }
        }
        strat::diag::tidy(&mut self.problems);
    }

    fn unknown(&mut self, name: &str, span: Span) {
        let near = nearest(name, SETTINGS.iter().copied());
        let advice = match near.first() {
            Some(best) => self.session.words("did you mean `{}`?", "是不是 `{}`？").replace("{}", best),
            None => format!("{}{}", self.session.words("known: ", "可用："), SETTINGS.join(", ")),
        };
        self.problems.push(Problem::new(&UNKNOWN_SETTING, span).with("name", name).with("advice", advice));
    }

    /// `None` when the value is not one this setting can take.
    fn set(&mut self, project: &mut Project, name: &str, value: &DeValue<'_>) -> Option<()> {
        if name == "as_of" || name == "since" {
            let text = match value {
                DeValue::Datetime(instant) => instant.to_string(),
                other => other.as_str()?.to_owned(),
            };
            let instant = Some(AsOf::parse(&text)?);
            if name == "as_of" {
                project.as_of = instant
            } else {
                project.since = instant
            }
            return Some(());
        }
        if name == "optional_tables" {
            let names = value.as_array()?.iter().map(|name| name.get_ref().as_str().map(str::to_owned));
            project.optional_tables = names.collect::<Option<_>>()?;
            return Some(());
        }
        let text = value.as_str().filter(|text| !text.trim().is_empty())?;
        let path = project.folder.join(text);
        match name {
            "entry" if !self.has_entry => (project.entry, self.has_entry) = (path, true),
            "data" => project.data = Some(path),
            "out" => project.out = Some(path),
            "ledger" => project.ledger = Some(path),
            "zone" => project.zone = Some(text).filter(|text| is_zone(text))?.to_owned(),
            "currency" => project.currency = Some(text).filter(|text| is_currency(text))?.to_owned(),
            "locale" => project.locale = locale(text)?,
            _ => {}
        }
        Some(())
    }
}

fn is_zone(text: &str) -> bool {
    text == "UTC" || (text.contains('/') && text.chars().all(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c)))
}

fn is_currency(text: &str) -> bool {
    text.len() == 3 && text.chars().all(|c| c.is_ascii_uppercase())
}

fn locale(text: &str) -> Option<Language> {
    match text {
        "zh" | "zh-CN" => Some(Language::Chinese),
        "en" => Some(Language::English),
        _ => None,
    }
}

#[cfg(test)]
#[path = "project_tests.rs"]
mod tests;
