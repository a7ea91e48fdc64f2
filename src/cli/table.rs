//! Columns of text: as wide as their longest cell, with lines below a row that reach across all of them.

use crate::cli::terminal::Terminal;
use crate::messages;

/// What a colour would say too; it never says more than the words beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    /// Nothing special.
    #[default]
    Plain,
    /// Well.
    Good,
    /// Wrong.
    Bad,
    /// Under way, or not known.
    Open,
    /// Less important.
    Faint,
}

impl Tone {
    fn style(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Good => "\u{1b}[32m",
            Self::Bad => "\u{1b}[31m",
            Self::Open => "\u{1b}[33m",
            Self::Faint => "\u{1b}[2m",
        }
    }
}

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    tone: Tone,
}

impl Cell {
    /// Returns a cell with our own words, or with foreign ones that are safe already.
    pub fn new(text: impl Into<String>) -> Self {
        Self { text: text.into(), tone: Tone::Plain }
    }

    /// Returns a cell with foreign words.
    pub fn foreign(text: impl AsRef<str>) -> Self {
        Self::new(messages::safe(text.as_ref()))
    }

    /// Returns the same cell in another tone.
    #[must_use]
    pub fn toned(mut self, tone: Tone) -> Self {
        self.tone = tone;
        self
    }

    fn width(&self) -> usize {
        self.text.chars().count()
    }
}

enum Line {
    Row(Vec<Cell>),
    Below(usize, Cell),
}

/// A table, from top to bottom.
#[derive(Default)]
pub struct Table(Vec<Line>);

impl Table {
    /// Adds a row.
    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        self.0.push(Line::Row(cells.into_iter().collect()));
    }

    /// Adds a line that begins under column `column` and reaches across the rest.
    pub fn below(&mut self, column: usize, cell: Cell) {
        self.0.push(Line::Below(column, cell));
    }

    /// Returns the lines, each behind `indent`; without trailing blanks.
    pub fn lines(&self, indent: &str, terminal: &Terminal) -> Vec<String> {
        let coloured = terminal.colours(&std::io::stdout());
        let widths = self.widths();
        let begin = |column: usize| widths.iter().take(column).map(|width| width + 2).sum::<usize>();
        self.0
            .iter()
            .map(|line| match line {
                Line::Row(cells) => {
                    let mut text = indent.to_owned();
                    for (column, cell) in cells.iter().enumerate() {
                        let last = column + 1 == cells.len();
                        let blanks = if last { 0 } else { widths[column] - cell.width() + 2 };
                        text.push_str(&painted(cell, coloured));
                        text.push_str(&" ".repeat(blanks));
                    }
                    text.trim_end().to_owned()
                }
                Line::Below(column, cell) => {
                    format!("{indent}{}{}", " ".repeat(begin(*column)), painted(cell, coloured))
                }
            })
            .collect()
    }

    fn widths(&self) -> Vec<usize> {
        let mut widths: Vec<usize> = Vec::new();
        for line in &self.0 {
            let Line::Row(cells) = line else { continue };
            for (column, cell) in cells.iter().enumerate() {
                if column == widths.len() {
                    widths.push(0);
                }
                widths[column] = widths[column].max(cell.width());
            }
        }
        widths
    }
}

fn painted(cell: &Cell, coloured: bool) -> String {
    let style = cell.tone.style();
    if !coloured || style.is_empty() { cell.text.clone() } else { format!("{style}{}\u{1b}[0m", cell.text) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::terminal::Colour;
    use crate::messages::Language;

    fn table() -> Table {
        let mut table = Table::default();
        table.row([Cell::new("NO"), Cell::new("WHAT"), Cell::new("MORE")]);
        table.row([Cell::new("1"), Cell::new("\u{e9}t\u{e9}").toned(Tone::Good), Cell::new("")]);
        table.below(1, Cell::new("a long line below"));
        table
    }

    #[test]
    fn columns_are_as_wide_as_their_longest_cell() {
        let terminal = Terminal::new(Default::default(), Language::En, Colour::Never, false);
        let lines = table().lines("  ", &terminal);
        assert_eq!(lines, ["  NO  WHAT  MORE", "  1   \u{e9}t\u{e9}", "      a long line below"]);
    }

    #[test]
    fn colour_changes_no_width() {
        let terminal = Terminal::new(Default::default(), Language::En, Colour::Always, false);
        assert_eq!(table().lines("", &terminal)[1], "1   \u{1b}[32m\u{e9}t\u{e9}\u{1b}[0m");
    }
}
