//! The worked cases of `fixtures/worked/README.md`: the page a person reads is the list that tests run.

use super::read_fixture;

/// One case: a file, a command and the published answers.
#[derive(Clone, Debug)]
pub struct Case {
    pub name: String,
    /// The file inside `fixtures/worked/`.
    pub file: String,
    /// The flags after the file.
    pub args: Vec<String>,
    pub answers: Vec<Answer>,
}

/// One published figure.
#[derive(Clone, Debug)]
pub struct Answer {
    pub period: String,
    /// Empty for the total.
    pub segment: String,
    pub field: String,
    /// A plain decimal, or `–` for undefined.
    pub value: String,
}

/// Every case on the page that has a command.
pub fn cases() -> Vec<Case> {
    let page = read_fixture("worked/README.md");
    let mut cases: Vec<Case> = Vec::new();
    let (mut name, mut in_answers) = (String::new(), false);
    for line in page.lines() {
        if let Some(heading) = line.strip_prefix("## ") {
            heading.clone_into(&mut name);
        } else if let Some(command) = line.strip_prefix("$ nrr calc ") {
            let mut words = command.split_whitespace().map(str::to_owned);
            let file = words.next().expect("a file after `nrr calc`");
            cases.push(Case {
                name: name.clone(),
                file,
                args: words.collect(),
                answers: Vec::new(),
            });
        } else if line.starts_with("| record |") || !line.starts_with('|') {
            in_answers = line.starts_with('|');
        } else if let Some(answer) = answer(line).filter(|_| in_answers) {
            cases
                .last_mut()
                .expect("answers stand below a command")
                .answers
                .push(answer);
        }
    }
    cases
}

/// Reads `| 2024-02 EU | nrr | 1.07 |`; the rule below a heading is none.
fn answer(line: &str) -> Option<Answer> {
    let cells: Vec<&str> = line
        .strip_prefix('|')?
        .strip_suffix('|')?
        .split('|')
        .map(str::trim)
        .collect();
    let [record, field, value] = cells[..] else {
        return None;
    };
    if field.starts_with("--") {
        return None;
    }
    let (period, segment) = record.split_once(' ').unwrap_or((record, ""));
    Some(Answer {
        period: period.to_owned(),
        segment: segment.to_owned(),
        field: field.trim_matches('`').to_owned(),
        value: value.to_owned(),
    })
}
