//! What a terminal or a JSON reader must never see.

use proptest::prelude::*;

use super::{json, plain};

/// Texts with more than their share of what is dangerous.
fn texts() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        any::<char>(),
        (0_u8..0x20).prop_map(char::from),
        (0x7f_u8..0xa0).prop_map(char::from),
        prop::sample::select(vec!['"', '\\', '/', '\u{202e}', '\u{2066}', '\u{2028}', '\u{feff}', 'é', '漢']),
        (0x20_u8..0x7f).prop_map(char::from),
    ];
    prop::collection::vec(character, 0..60).prop_map(|characters| characters.into_iter().collect())
}

fn written(write: impl FnOnce(&mut Vec<u8>)) -> String {
    let mut out = Vec::new();
    write(&mut out);
    String::from_utf8(out).expect("UTF-8")
}

fn can_command_a_terminal(character: char) -> bool {
    character.is_control() || matches!(u32::from(character), 0x2028..=0x202e | 0x2066..=0x2069 | 0xfeff)
}

proptest! {
    #[test]
    fn a_json_string_reads_back_as_it_was(text in texts()) {
        let line = written(|out| json(&text, usize::MAX, out));
        prop_assert_eq!(serde_json::from_str::<String>(&line).expect("JSON"), text);
        prop_assert!(!line.chars().any(can_command_a_terminal));
    }

    #[test]
    fn a_long_text_is_cut_between_characters_and_says_so(text in texts(), limit in 0_usize..40) {
        let read: String = serde_json::from_str(&written(|out| json(&text, limit, out))).expect("JSON");
        if text.len() <= limit {
            prop_assert_eq!(read, text);
        } else {
            let kept = read.strip_suffix('…').expect("the mark of a cut");
            prop_assert!(text.starts_with(kept) && kept.len() <= limit && kept.len() + 4 > limit);
        }
    }

    #[test]
    fn no_text_commands_a_terminal(text in texts()) {
        let line = written(|out| plain(&text, usize::MAX, out));
        prop_assert!(!line.chars().any(can_command_a_terminal), "{:?}", line);
    }
}

#[test]
fn harmless_text_is_left_alone() {
    assert_eq!(written(|out| plain("/größe/漢字?a=\"b\"", 100, out)), "/größe/漢字?a=\"b\"");
    assert_eq!(written(|out| plain("\x1b[2J\u{9b}31m\u{202e}", 100, out)), "\\u{1b}[2J\\u{9b}31m\\u{202e}");
    assert_eq!(written(|out| json("a\x1b\"\n\u{9b}", 100, out)), "\"a\\u001b\\\"\\n\\u009b\"");
}
