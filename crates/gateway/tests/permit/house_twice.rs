//! One permit of the house, one connection.

use upstream::{DialError, Dialler, Destination};

fn main() {}

async fn twice(dialler: &Dialler, permit: policy::HousePermit, to: &Destination) -> Result<(), DialError> {
    let within = std::time::Duration::from_secs(1);
    dialler.connect(permit, to, within).await?;
    dialler.connect(permit, to, within).await?;
    Ok(())
}
