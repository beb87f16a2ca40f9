//! The implementations in memory show the facts too.

use crate::store::accounts::MemoryPeople;
use crate::store::apps::MemoryApps;
use crate::store::grants::MemoryGrants;
use crate::store::sessions::MemorySessions;
use crate::store::signing_keys::MemorySigningKeys;

#[tokio::test]
async fn apps_in_memory_conform() {
    super::apps(async || MemoryApps::default()).await;
}

#[tokio::test]
async fn grants_in_memory_conform() {
    super::grants(async || MemoryGrants::default()).await;
}

#[tokio::test]
async fn codes_in_memory_conform() {
    super::codes(async || MemoryGrants::default()).await;
}

#[tokio::test]
async fn devices_in_memory_conform() {
    super::devices(async || MemoryGrants::default()).await;
}

#[tokio::test]
async fn pushed_requests_in_memory_conform() {
    super::pushed(async || MemoryGrants::default()).await;
}

#[tokio::test]
async fn consents_in_memory_conform() {
    super::consents(async || MemoryGrants::default()).await;
}

#[tokio::test]
async fn accounts_in_memory_conform() {
    super::accounts(async || MemoryPeople::default()).await;
}

#[tokio::test]
async fn sign_ins_in_memory_conform() {
    super::sign_ins(async || MemoryPeople::default()).await;
}

#[tokio::test]
async fn links_in_memory_conform() {
    super::links(async || MemoryPeople::default()).await;
}

#[tokio::test]
async fn externals_in_memory_conform() {
    super::externals(async || MemoryPeople::default()).await;
}

#[tokio::test]
async fn signing_keys_in_memory_conform() {
    super::signing_keys(async || MemorySigningKeys::default()).await;
}

#[tokio::test]
async fn sessions_in_memory_conform() {
    super::sessions(async || MemorySessions::default()).await;
}
