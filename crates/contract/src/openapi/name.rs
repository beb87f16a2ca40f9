//! Names of operations: the contract's own, in the characters that names have, or one made of method and path.

/// The contract's own id; what names do not have is written as `-`.
pub(super) fn of_id(id: &str) -> String {
    id.trim().chars().map(|c| if stands_in_names(c) { c } else { '-' }).collect()
}

/// `get_users_id` for `GET /users/{id}`.
pub(super) fn of_route(method: &str, path: &str) -> String {
    let words = path.split('/').map(|segment| segment.trim_matches(['{', '}'])).filter(|word| !word.is_empty());
    let words = words.map(|word| word.chars().map(|c| if stands_in_names(c) { c } else { '-' }).collect());
    std::iter::once(method.to_ascii_lowercase()).chain(words).collect::<Vec<String>>().join("_")
}

fn stands_in_names(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '_' | '-')
}
