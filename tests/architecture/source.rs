//! Reads a Rust file into tokens, so that the house rules look at code and never at comments or texts.
//!
//! No parser: a lexer that knows strings, raw strings, characters, lifetimes, nested comments, inline modules and
//! `#[cfg(test)]` items is all that the rules need, and it is short enough to be read.

use std::fs;
use std::path::{Path, PathBuf};

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A name or a keyword.
    Word,
    /// A sign; `::` is one.
    Sign,
    /// The content of a text literal.
    Text,
    /// A number, a character or a lifetime: nothing that a rule looks at.
    Other,
}

/// One token.
#[derive(Debug, Clone)]
pub struct Token {
    pub kind: Kind,
    pub text: String,
    pub line: usize,
    /// How many inline modules stand around it.
    pub inside: usize,
    /// Whether it belongs to an item under `#[cfg(test)]`.
    pub test: bool,
}

impl Token {
    pub fn is(&self, text: &str) -> bool {
        self.kind != Kind::Text && self.text == text
    }
}

/// One Rust file.
#[derive(Debug)]
pub struct Source {
    /// The path from the top of the project, with `/`.
    pub path: String,
    pub raw: String,
    pub tokens: Vec<Token>,
}

impl Source {
    pub fn new(path: &str, raw: &str) -> Self {
        let mut tokens = lex(raw);
        mark_modules(&mut tokens);
        let whole = path.ends_with("/tests.rs");
        mark_tests(&mut tokens, whole);
        Self { path: path.to_owned(), raw: raw.to_owned(), tokens }
    }

    /// The module path of the file below the crate: `src/a/b.rs` and `src/a/b/mod.rs` are `a`, `b`.
    pub fn module(&self) -> Vec<&str> {
        let below = self.path.strip_prefix("src/").unwrap_or(&self.path);
        let below = below.strip_suffix(".rs").unwrap_or(below);
        let mut parts: Vec<&str> = below.split('/').collect();
        if matches!(parts.last(), Some(&"mod")) || parts == ["lib"] {
            parts.pop();
        }
        parts
    }

    /// The room that the file belongs to; `None` for `lib.rs`, the binaries and what lies outside `src`.
    pub fn room(&self) -> Option<&str> {
        if !self.path.starts_with("src/") || self.path.starts_with("src/bin/") {
            return None;
        }
        self.module().first().copied()
    }

    /// Whether the tokens from `at` on read `words`.
    pub fn reads(&self, at: usize, words: &[&str]) -> bool {
        self.tokens.len() >= at + words.len()
            && words.iter().zip(&self.tokens[at..]).all(|(word, token)| token.is(word))
    }

    /// The places in production code where the tokens read `words`.
    pub fn places<'a>(&'a self, words: &'a [&'a str]) -> impl Iterator<Item = usize> + 'a {
        (0..self.tokens.len()).filter(|&at| !self.tokens[at].test && self.reads(at, words))
    }

    /// The sign that closes the bracket at `open`, or the last token.
    pub fn close(&self, open: usize) -> usize {
        close(&self.tokens, open)
    }
}

/// Every Rust file below `folder`, in a fixed order.
pub fn all(top: &Path, folder: &str) -> Vec<Source> {
    let mut files = Vec::new();
    collect(&top.join(folder), &mut files);
    files.sort();
    let read = |file: &PathBuf| {
        let path = file.strip_prefix(top).unwrap().to_str().unwrap().replace('\\', "/");
        Source::new(&path, &fs::read_to_string(file).unwrap())
    };
    files.iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
}

fn close(tokens: &[Token], open: usize) -> usize {
    let mut depth = 0usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        if token.kind != Kind::Sign {
            continue;
        }
        match token.text.as_str() {
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len().saturating_sub(1)
}

fn mark_modules(tokens: &mut [Token]) {
    for at in 0..tokens.len() {
        let named = at + 2 < tokens.len() && tokens[at].is("mod") && tokens[at + 1].kind == Kind::Word;
        if named && tokens[at + 2].is("{") {
            let end = close(tokens, at + 2);
            tokens[at + 3..end].iter_mut().for_each(|token| token.inside += 1);
        }
    }
}

fn mark_tests(tokens: &mut [Token], whole: bool) {
    if whole {
        tokens.iter_mut().for_each(|token| token.test = true);
        return;
    }
    for at in 0..tokens.len() {
        let start = ["#", "[", "cfg", "(", "test", ")", "]"];
        let here = start.iter().enumerate().all(|(n, word)| tokens.get(at + n).is_some_and(|t| t.is(word)));
        if !here {
            continue;
        }
        // The item ends at its `;` or at the bracket that closes its body; attributes and `(…)` are skipped whole.
        let mut end = at + start.len();
        while end < tokens.len() && !tokens[end].is(";") {
            let body = tokens[end].is("{");
            if body || tokens[end].is("(") || tokens[end].is("[") {
                end = close(tokens, end);
            }
            if body {
                break;
            }
            end += 1;
        }
        let end = end.min(tokens.len() - 1);
        tokens[at..=end].iter_mut().for_each(|token| token.test = true);
    }
}

fn lex(raw: &str) -> Vec<Token> {
    let chars: Vec<char> = raw.chars().collect();
    let mut lexer = Lexer { chars, at: 0, line: 1, tokens: Vec::new() };
    while lexer.at < lexer.chars.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer {
    chars: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn peek(&self, ahead: usize) -> char {
        self.chars.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn take(&mut self) -> char {
        let c = self.peek(0);
        self.at += 1;
        self.line += usize::from(c == '\n');
        c
    }

    fn push(&mut self, kind: Kind, text: String, line: usize) {
        self.tokens.push(Token { kind, text, line, inside: 0, test: false });
    }

    fn step(&mut self) {
        let line = self.line;
        match (self.peek(0), self.peek(1)) {
            ('/', '/') => {
                while !matches!(self.peek(0), '\n' | '\0') {
                    self.take();
                }
            }
            ('/', '*') => self.block_comment(),
            ('"', _) => self.text(line),
            ('\'', _) => self.quote(line),
            (c, _) if c.is_alphabetic() || c == '_' => self.word(line),
            (c, _) if c.is_ascii_digit() => {
                while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
                    self.take();
                }
                self.push(Kind::Other, String::new(), line);
            }
            (':', ':') => {
                self.at += 2;
                self.push(Kind::Sign, "::".to_owned(), line);
            }
            (c, _) => {
                self.take();
                if !c.is_whitespace() {
                    self.push(Kind::Sign, c.to_string(), line);
                }
            }
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.chars.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => {
                    depth += 1;
                    self.at += 2;
                }
                ('*', '/') => {
                    depth -= 1;
                    self.at += 2;
                    if depth == 0 {
                        return;
                    }
                }
                _ => {
                    self.take();
                }
            }
        }
    }

    fn text(&mut self, line: usize) {
        self.take();
        let mut text = String::new();
        while self.at < self.chars.len() {
            match self.take() {
                '"' => break,
                '\\' => {
                    text.push('\\');
                    text.push(self.take());
                }
                c => text.push(c),
            }
        }
        self.push(Kind::Text, text, line);
    }

    fn raw_text(&mut self, line: usize) {
        let mut hashes = 0;
        while self.peek(0) == '#' {
            self.take();
            hashes += 1;
        }
        self.take();
        let mut text = String::new();
        while self.at < self.chars.len() {
            let c = self.take();
            if c == '"' && (0..hashes).all(|n| self.peek(n) == '#') {
                self.at += hashes;
                break;
            }
            text.push(c);
        }
        self.push(Kind::Text, text, line);
    }

    /// A character literal or a lifetime: `'a'` closes, `'a` does not.
    fn quote(&mut self, line: usize) {
        self.take();
        if self.peek(0) == '\\' {
            self.at += 2;
            while !matches!(self.peek(0), '\'' | '\0') {
                self.take();
            }
            self.take();
        } else if self.peek(1) == '\'' {
            self.take();
            self.take();
        } else {
            while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
                self.take();
            }
        }
        self.push(Kind::Other, String::new(), line);
    }

    fn word(&mut self, line: usize) {
        let mut word = String::new();
        while self.peek(0).is_alphanumeric() || self.peek(0) == '_' {
            word.push(self.take());
        }
        let prefix = matches!(word.as_str(), "r" | "b" | "br" | "c" | "cr");
        let raw = prefix && word.ends_with('r');
        match (self.peek(0), self.peek(1)) {
            ('"', _) if raw => self.raw_text(line),
            ('#', '"' | '#') if raw => self.raw_text(line),
            ('"', _) if prefix => self.text(line),
            ('\'', _) if word == "b" => self.quote(line),
            ('#', _) if word == "r" => {
                self.take();
                self.word(line);
            }
            _ => self.push(Kind::Word, word, line),
        }
    }
}
