//! No target is left out in silence.

use super::*;

#[test]
fn a_target_that_is_not_written_down_is_named() {
    let manifest = "[[bin]]\nname = \"a\"\npath = \"fuzz_targets/a.rs\"\n";
    let targets = ["a".to_owned(), "b".to_owned()];
    assert_eq!(unknown(&targets[..1], manifest, "| `a` | holds |"), Vec::<String>::new());
    assert_eq!(unknown(&targets, manifest, "| `b` | holds |"), ["`a` is not in README.md", "`b` is not in Cargo.toml"]);
}

#[test]
fn a_target_without_seeds_or_with_one_that_breaks_it_fails() {
    let folder = std::env::temp_dir().join(format!("vestibule-fuzz-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let program = Path::new("/bin/false");
    let without = over_seeds(program, &folder).expect_err("no seeds").to_string();
    std::fs::write(folder.join("seed"), "x").expect("a file");
    let broken = over_seeds(program, &folder).expect_err("it fails").to_string();
    let silent = over_seeds(Path::new("/bin/true"), &folder).expect_err("it ran nothing").to_string();
    std::fs::remove_dir_all(&folder).expect("gone");
    assert!(without.contains("no seeds"), "{without}");
    assert!(broken.contains("0 of 1 seeds hold") && silent.contains("0 of 1 seeds hold"), "{broken}\n{silent}");
}
