//! A borrowed permit is not spent, so it forwards nothing.

use upstream::{Alarm, Outgoing, Upstreams};

fn main() {}

async fn forward(upstreams: &Upstreams, permit: &policy::Permit, request: Outgoing, alarm: &mut Alarm) {
    let _ = upstreams.call(permit, request, alarm).await;
}
