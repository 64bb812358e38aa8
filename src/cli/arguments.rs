//! What can be typed after `strat`. The doc comments are the English help; `help.rs` holds the Chinese.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;
use strat::diag::Language;
use strat::diag::render::Format;

/// A language for running retail customers at a bank: check, run and judge strategies
#[derive(Debug, Parser)]
#[command(name = "strat", version, disable_help_flag = true, disable_help_subcommand = true, disable_version_flag = true)]
#[command(arg_required_else_help = true, max_term_width = 100)]
pub struct Arguments {
    #[command(subcommand)]
    pub command: Command,
    #[command(flatten)]
    pub everywhere: Everywhere,
}

/// Options every subcommand takes.
#[derive(Debug, Args)]
pub struct Everywhere {
    /// How problems are shown: human, short, json, sarif or github
    #[arg(long, global = true, value_enum, default_value = "human", hide_possible_values = true)]
    pub format: FormatName,
    /// Language of messages: en or zh (default: STRAT_LANG, then LC_ALL and LANG)
    #[arg(long, global = true, value_enum, hide_possible_values = true)]
    pub lang: Option<LanguageName>,
    /// Colours: auto, always or never (auto obeys NO_COLOR and FORCE_COLOR)
    #[arg(long, global = true, value_enum, default_value = "auto", hide_possible_values = true)]
    pub color: ColourChoice,
    /// Print help
    #[arg(short, long, global = true, action = clap::ArgAction::Help)]
    pub help: Option<bool>,
    /// Print the version
    #[arg(short = 'V', long, action = clap::ArgAction::Version)]
    pub version: Option<bool>,
}

/// The names of output formats on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FormatName {
    Human,
    Short,
    Json,
    Sarif,
    Github,
}

impl FormatName {
    /// The renderer it stands for.
    pub fn format(self) -> Format {
        match self {
            FormatName::Human => Format::Human,
            FormatName::Short => Format::Short,
            FormatName::Json => Format::Json,
            FormatName::Sarif => Format::Sarif,
            FormatName::Github => Format::Github,
        }
    }
}

/// The names of languages on the command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LanguageName {
    En,
    Zh,
}

impl LanguageName {
    /// The language it stands for.
    pub fn language(self) -> Language {
        match self {
            LanguageName::En => Language::English,
            LanguageName::Zh => Language::Chinese,
        }
    }
}

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ColourChoice {
    Auto,
    Always,
    Never,
}

/// What to count as an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Deny {
    Warnings,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Find problems in programs, without data
    Check(Check),
    /// Lay programs out in the one standard way
    Fmt(Fmt),
    /// Check a program and write its compiled form
    Compile(Compile),
    /// Run a project over its data and write the action lists
    Run(Run),
    /// Run day by day over past data without touching the ledger, and show what each day would have done
    Replay(Replay),
    /// Judge what came of strategies and experiments, and write the report
    Evaluate(Evaluate),
    /// Say before a launch whom it reaches, what it costs, and which of its goals can be answered and when
    Forecast(Forecast),
    /// Write what a judgement proposes as a patch of the program, which nobody but its owner applies
    Tune(Tune),
    /// Run the tests written in programs
    Test(Test),
    /// Explain a decision about one subject, or a problem by its name
    Explain(Explain),
    /// Count the subjects an expression holds for
    Count(Count),
    /// Write the data of a synthetic bank
    Sample(Sample),
    /// Make a small synthetic bank, run a program over it and show the action list
    Demo(Demo),
    /// Print the version
    Version,
}

#[derive(Debug, Args)]
pub struct Demo {
    /// The folder for the bank, the program and the lists
    #[arg(long, value_name = "DIR", default_value = "out/demo")]
    pub out: PathBuf,
    /// How many customers
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub customers: u64,
}

#[derive(Debug, Args)]
pub struct Check {
    /// Files, folders or project folders; - reads standard input (default: this folder)
    pub paths: Vec<PathBuf>,
    /// Count warnings as errors: --deny warnings
    #[arg(long, value_enum, hide_possible_values = true)]
    pub deny: Option<Deny>,
    /// Apply the safe fixes to the files
    #[arg(long, conflicts_with = "diff")]
    pub fix: bool,
    /// Show what --fix would change, change nothing
    #[arg(long)]
    pub diff: bool,
    /// The file name to show for standard input
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<String>,
}

#[derive(Debug, Args)]
pub struct Fmt {
    /// Files or folders; - formats standard input to standard output (default: this folder)
    pub paths: Vec<PathBuf>,
    /// Change nothing; list the files that would change and end with 1 if there are any
    #[arg(long)]
    pub check: bool,
    /// Change nothing; show what would change and end with 1 if anything would
    #[arg(long)]
    pub diff: bool,
}

#[derive(Debug, Args)]
pub struct Compile {
    /// The entry file or the project folder
    pub file: PathBuf,
    /// Where to write the compiled program
    #[arg(long, value_name = "FILE")]
    pub out: PathBuf,
}

#[derive(Debug, Args)]
pub struct Run {
    /// The project folder, its strat.toml, an entry file, or a folder of them (default: this folder)
    pub project: Option<PathBuf>,
    /// The folder to write the results to
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Also write what falls due within this time after the run, such as 24h
    #[arg(long, value_name = "DURATION")]
    pub ahead: Option<String>,
    /// Where a first run begins to look for events: as if a run as of this time had been completed
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// The forms of the lists: csv, parquet, xlsx (default: all)
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMS", hide_possible_values = true)]
    pub forms: Vec<ListForm>,
    /// Look for repeated keys and dangling references in tables of any length
    #[arg(long)]
    pub check_all: bool,
    /// Refuse a program whose hash is not in this file; ends with 4
    #[arg(long, value_name = "FILE")]
    pub require_approval: Option<PathBuf>,
    /// Print the first rows of the action list at the end; they hold personal data
    #[arg(long, value_name = "N")]
    pub show: Option<usize>,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Debug, Args)]
pub struct Replay {
    /// The project folder, its strat.toml, or an entry file (default: this folder)
    pub project: Option<PathBuf>,
    /// The first day
    #[arg(long, value_name = "DATE")]
    pub from: String,
    /// The last day
    #[arg(long, value_name = "DATE")]
    pub to: String,
    /// Also write the counts and all actions to this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Where the first day begins to look for events (default: the day before, or the last run in the ledger)
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    /// The folder with the data
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The folder with the ledger to begin from; it is only read
    #[arg(long, value_name = "DIR")]
    pub ledger: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Evaluate {
    /// The project folder, its strat.toml, an entry file, or a folder of them (default: this folder)
    pub project: Option<PathBuf>,
    /// The folder to write the report to (default: evaluation in the project's out folder)
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The forms of the report: html, xlsx, md, json (default: all)
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMS", hide_possible_values = true)]
    pub forms: Vec<ReportForm>,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Debug, Args)]
pub struct Forecast {
    /// The project folder, its strat.toml, or an entry file (default: this folder)
    pub project: Option<PathBuf>,
    /// Try every day from this one on (default: the one day the project runs as of)
    #[arg(long, value_name = "DATE", requires = "to")]
    pub from: Option<String>,
    /// The last day to try
    #[arg(long, value_name = "DATE", requires = "from")]
    pub to: Option<String>,
    /// The level of a goal without treatment, where the data does not say it: NAME=6%, or for an amount NAME=200+-350 with its standard deviation
    #[arg(long, value_name = "NAME=LEVEL")]
    pub baseline: Vec<String>,
    /// Take levels that the data does not say from this folder, which strat evaluate wrote
    #[arg(long, value_name = "DIR")]
    pub report: Option<PathBuf>,
    /// Also write forecast.json and forecast.md to this folder
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Where the first day begins to look for events (default: the day before, or the last run in the ledger)
    #[arg(long, value_name = "TIME")]
    pub since: Option<String>,
    #[command(flatten)]
    pub settings: SettingFlags,
}

/// A form of the report of a judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ReportForm {
    Html,
    Xlsx,
    Md,
    Json,
}

impl ReportForm {
    /// All forms, in the order they are written.
    #[cfg_attr(not(feature = "engine"), allow(dead_code, reason = "only judgements write reports"))]
    pub const ALL: [Self; 4] = [Self::Html, Self::Xlsx, Self::Md, Self::Json];
}

#[derive(Debug, Args)]
pub struct Tune {
    /// The project folder, its strat.toml, an entry file, or a folder of them (default: this folder)
    pub project: Option<PathBuf>,
    /// The folder that strat evaluate wrote, with report.json
    #[arg(long = "from", value_name = "DIR")]
    pub judged: PathBuf,
    /// Write the patch to this file instead of standard output
    #[arg(long = "out", value_name = "FILE")]
    pub patch: Option<PathBuf>,
}

/// A form of the lists a run writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ListForm {
    Csv,
    Parquet,
    Xlsx,
}

/// Flags that win over `strat.toml`.
#[derive(Debug, Args, Default)]
pub struct SettingFlags {
    /// The folder with the data
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// The instant to run as of: a day (its end) or a day and a time
    #[arg(long, value_name = "TIME")]
    pub as_of: Option<String>,
    /// The folder with the ledger of earlier runs
    #[arg(long, value_name = "DIR")]
    pub ledger: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct Test {
    /// Files, folders or project folders (default: this folder)
    pub paths: Vec<PathBuf>,
    /// Only tests whose name holds this text
    #[arg(long, value_name = "TEXT")]
    pub filter: Option<String>,
}

#[derive(Debug, Args)]
pub struct Explain {
    /// The key of a subject, or the name of a problem such as unknown-setting
    #[arg(required_unless_present = "list")]
    pub what: Option<String>,
    /// List the problems that have a page
    #[arg(long)]
    pub list: bool,
    /// The project folder (default: this folder)
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// Only this strategy
    #[arg(long, value_name = "NAME")]
    pub strategy: Option<String>,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Debug, Args)]
pub struct Count {
    /// A condition or the name of a segment or tier
    pub expression: String,
    /// The project folder (default: this folder)
    #[arg(long, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// Count apart for each value of this column or feature
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    #[command(flatten)]
    pub settings: SettingFlags,
}

#[derive(Debug, Args)]
pub struct Sample {
    /// The folder to write the tables to
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// How many customers
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..=100_000_000))]
    pub customers: u64,
    /// The same seed gives the same bank
    #[arg(long, default_value_t = 7)]
    pub seed: u64,
    /// The day the bank is seen on
    #[arg(long, value_name = "DATE", default_value = "2025-07-01")]
    pub as_of: String,
    /// The form of the tables: csv or parquet (default: csv up to 100,000 customers)
    #[arg(long, value_enum, hide_possible_values = true)]
    pub tables: Option<TableForm>,
}

/// The form of written tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableForm {
    Csv,
    Parquet,
}
