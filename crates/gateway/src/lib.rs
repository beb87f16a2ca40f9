//! Doors, connections, and the life of one request.

mod settings;

pub use settings::{
    CertificateAndKey, ClientCertificates, ConnectionBounds, DoorSettings, Errors, HeadBounds, OperationSettings,
    Patience, Protocols, Settings, TlsSettings, UpstreamErrors,
};
