//! What the house may call for itself is no permit for a service.

use policy::HouseWork;
use upstream::{Alarm, Outgoing, Upstreams};

fn main() {}

async fn forward(upstreams: &Upstreams, request: Outgoing, alarm: &mut Alarm) {
    let _ = upstreams.call(upstream::house(HouseWork::Mail), request, alarm).await;
}
