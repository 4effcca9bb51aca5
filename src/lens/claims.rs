//! `%claims`: the statements of the notes, built in, and what the command's line asks of them.
use crate::snapshot::claims::{Asked, Chapter, Claim, ClaimsSnapshot, Verdict};

/// A chapter's file each: the ones that the project's own tests run.
const FILES: &[&str] = &[
    include_str!("../../tests/claims/01-objects.toml"),
    include_str!("../../tests/claims/02-special-methods.toml"),
    include_str!("../../tests/claims/03-classes.toml"),
    include_str!("../../tests/claims/04-sequences.toml"),
    include_str!("../../tests/claims/05-dict-and-set.toml"),
    include_str!("../../tests/claims/06-references-and-gc.toml"),
    include_str!("../../tests/claims/07-metaprogramming.toml"),
    include_str!("../../tests/claims/08-iterators-generators.toml"),
    include_str!("../../tests/claims/09-sockets.toml"),
    include_str!("../../tests/claims/10-threads-processes.toml"),
    include_str!("../../tests/claims/11-coroutines.toml"),
    include_str!("../../tests/claims/12-asyncio.toml"),
];

/// What `%claims …` asks for: the claims to show, and whether their checks are to be run (`ran`).
///
/// # Errors
/// A sentence for the user: no such chapter, claim or option.
pub fn plan(rest: &str) -> Result<ClaimsSnapshot, String> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    let (options, words): (Vec<&str>, Vec<&str>) = words.into_iter().partition(|w| w.starts_with('-'));
    if let Some(bad) = options.iter().find(|o| **o != "--run") {
        return Err(format!("%claims has one option, --run; it got `{bad}`."));
    }
    let all = chapters();
    let ran = !options.is_empty();
    match words[..] {
        [] => Ok(ClaimsSnapshot { asked: Asked::Chapters, chapters: all, ran, interrupted: false }),
        [word] => {
            if let Some(chapter) = all.iter().find(|c| word.parse() == Ok(c.number)) {
                return Ok(ClaimsSnapshot { asked: Asked::Chapter, chapters: vec![chapter.clone()], ran, interrupted: false });
            }
            let one = all.iter().find_map(|c| Some((c, c.claims.iter().find(|claim| claim.id == word)?)));
            let Some((chapter, claim)) = one else { return Err(unknown(word, &all)) };
            let chapters = vec![Chapter { claims: vec![claim.clone()], ..chapter.clone() }];
            Ok(ClaimsSnapshot { asked: Asked::Claim, chapters, ran: true, interrupted: false })
        }
        _ => Err(format!("%claims takes one chapter's number or one claim's id, not {}.", words.len())),
    }
}

/// Says what is near to a word that is no chapter and no claim.
fn unknown(word: &str, all: &[Chapter]) -> String {
    let numbers = format!("the chapters are 1 to {}", all.len());
    if word.bytes().all(|b| b.is_ascii_digit()) {
        return format!("%claims: there is no chapter {word}; {numbers}.");
    }
    let common = |id: &str| id.bytes().zip(word.bytes()).take_while(|(a, b)| a == b).count();
    let near = all.iter().flat_map(|c| &c.claims).max_by_key(|c| (common(&c.id), std::cmp::Reverse(c.id.len().abs_diff(word.len()))));
    match near.filter(|c| common(&c.id) >= 3) {
        Some(claim) => format!("%claims: there is no claim `{word}`. Did you mean `{}`?", claim.id),
        None => format!("%claims: there is no claim `{word}`; {numbers}, and `%claims 1` lists the ids of one."),
    }
}

/// All chapters, none of them run.
pub fn chapters() -> Vec<Chapter> {
    FILES.iter().map(|text| chapter(text)).collect()
}

/// Reads a chapter's file. Of TOML it knows what these files use: a comment with the title, `[[claim]]`, basic strings, and
/// literal strings of several lines.
fn chapter(text: &str) -> Chapter {
    let mut out = Chapter::default();
    let mut lines = text.lines();
    while let Some(line) = lines.next() {
        if let Some(title) = line.strip_prefix("# Chapter ") {
            let (number, words) = title.split_once(" · ").unwrap_or((title, ""));
            let (en, zh) = words.split_once(" (").map_or((words, words), |(en, zh)| (en, zh.trim_end_matches(')')));
            (out.number, out.title) = (number.parse().unwrap_or_default(), (en.to_owned(), zh.to_owned()));
        } else if line == "[[claim]]" {
            let empty = String::new;
            out.claims.push(Claim { id: empty(), zh: empty(), says: empty(), verdict: Verdict::Holds, truth: None, check: empty(), run: None });
        } else if let (Some((key, value)), Some(claim)) = (line.split_once(" = "), out.claims.last_mut()) {
            let value = if value == "'''" { lines.by_ref().take_while(|l| *l != "'''").map(|l| format!("{l}\n")).collect() } else { basic_string(value) };
            set(claim, key, value);
        }
    }
    out
}

fn set(claim: &mut Claim, key: &str, value: String) {
    match key {
        "id" => claim.id = value,
        "zh" => claim.zh = value,
        "says" => claim.says = value,
        "truth" => claim.truth = Some(value),
        "check" => claim.check = value,
        "verdict" => {
            claim.verdict = match value.as_str() {
                "corrected" => Verdict::Corrected,
                "dated" => Verdict::Dated,
                _ => Verdict::Holds,
            }
        }
        _ => {}
    }
}

/// The text of `"…"`, whose escapes are JSON's as far as these files use them.
fn basic_string(text: &str) -> String {
    serde_json::from_str(text).unwrap_or_else(|_| text.trim_matches('"').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_claim_of_every_chapter_is_read() {
        let all = chapters();
        assert_eq!(all.iter().map(|c| c.number).collect::<Vec<_>>(), (1..=12).collect::<Vec<_>>());
        let written: usize = FILES.iter().map(|f| f.matches("[[claim]]").count()).sum();
        let claims: Vec<&Claim> = all.iter().flat_map(|c| &c.claims).collect();
        assert_eq!(claims.len(), written);
        for claim in claims {
            let whole = ![&claim.id, &claim.zh, &claim.says, &claim.check].iter().any(|t| t.is_empty());
            assert!(whole && (claim.truth.is_some() || claim.verdict == Verdict::Holds), "{}", claim.id);
        }
    }

    #[test]
    fn a_wrong_word_gets_one_sentence() {
        assert_eq!(plan("13").unwrap_err(), "%claims: there is no chapter 13; the chapters are 1 to 12.");
        assert_eq!(plan("obj-three-trait").unwrap_err(), "%claims: there is no claim `obj-three-trait`. Did you mean `obj-three-traits`?");
        assert_eq!(plan("3 --walk").unwrap_err(), "%claims has one option, --run; it got `--walk`.");
    }
}
