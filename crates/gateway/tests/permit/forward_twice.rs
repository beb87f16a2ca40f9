//! One permit, one forward.

use upstream::{Alarm, Outgoing, Upstreams};

fn main() {}

async fn forward(upstreams: &Upstreams, permit: policy::Permit, requests: [Outgoing; 2], alarm: &mut Alarm) {
    for request in requests {
        let _ = upstreams.call(permit, request, alarm).await;
    }
}
