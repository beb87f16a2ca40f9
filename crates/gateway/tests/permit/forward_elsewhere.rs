//! The connections of a service are out of reach without a call.

use upstream::Upstreams;

fn main() {}

fn lease(upstreams: &Upstreams) {
    let _ = upstreams.service(model::ServiceId(0));
}
