//! A request does not go to a service for the naming of it.

use upstream::{Alarm, Outgoing, Upstreams};

fn main() {}

async fn forward(upstreams: &Upstreams, request: Outgoing, alarm: &mut Alarm) {
    let _ = upstreams.call(model::ServiceId(0), request, alarm).await;
}
