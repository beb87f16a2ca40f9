//! The bell at the shop's door, a WebSocket: whoever is in the shop hears it when anybody rings.
//!
//! Any message rings; what it says is not looked at. Everybody gets the count of
//! rings and of those who listen, at the beginning and whenever one changes.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Query, Request, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::{SinkExt as _, StreamExt as _};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::json;
use tokio::sync::watch;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::handshake::derive_accept_key;
use tokio_tungstenite::tungstenite::protocol::{Message, Role, WebSocketConfig};

type Socket = WebSocketStream<TokioIo<Upgraded>>;

/// Longest message that rings, in bytes.
const MESSAGE: usize = 128;

#[derive(Clone, Debug, Default)]
struct Bell {
    heard: Arc<watch::Sender<Heard>>,
}

/// What everybody knows.
#[derive(Clone, Copy, Debug, Default)]
struct Heard {
    rings: u64,
    listening: u64,
}

#[derive(Deserialize)]
struct Wanted {
    /// The bell hangs up after so many messages, where that is said.
    messages: Option<u64>,
}

/// The route of the bell.
pub(crate) fn router() -> Router {
    Router::new().route("/bell", get(listen)).with_state(Bell::default())
}

/// The door has seen to it that this is a handshake; what it asks for is what it gets (RFC 6455 §4.2.2).
async fn listen(State(bell): State<Bell>, Query(wanted): Query<Wanted>, mut request: Request) -> Response {
    let Some(key) = request.headers().get(header::SEC_WEBSOCKET_KEY) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let accept = derive_accept_key(key.as_bytes());
    let upgraded = hyper::upgrade::on(&mut request);
    tokio::spawn(async move {
        // Whoever went away before the upgrade hears no bell.
        let Ok(upgraded) = upgraded.await else { return };
        let config = WebSocketConfig::default().max_message_size(Some(MESSAGE)).max_frame_size(Some(MESSAGE));
        let socket = Socket::from_raw_socket(TokioIo::new(upgraded), Role::Server, Some(config)).await;
        bell.heard.send_modify(|heard| heard.listening += 1);
        serve(&bell, socket, wanted.messages.unwrap_or(u64::MAX)).await;
        bell.heard.send_modify(|heard| heard.listening -= 1);
    });
    let fields = [
        (header::CONNECTION, "upgrade"),
        (header::UPGRADE, "websocket"),
        (header::SEC_WEBSOCKET_ACCEPT, accept.as_str()),
    ];
    (StatusCode::SWITCHING_PROTOCOLS, fields).into_response()
}

/// Until the other side goes, or enough was said.
async fn serve(bell: &Bell, mut socket: Socket, at_most: u64) {
    let mut heard = bell.heard.subscribe();
    heard.mark_changed();
    let mut left = at_most;
    while left > 0 {
        tokio::select! {
            changed = heard.changed() => {
                let Heard { rings, listening } = *heard.borrow_and_update();
                let news = json!({ "rings": rings, "listening": listening }).to_string();
                if changed.is_err() || socket.send(Message::text(news)).await.is_err() {
                    return;
                }
                left -= 1;
            }
            message = socket.next() => match message {
                Some(Ok(Message::Text(_) | Message::Binary(_))) => bell.heard.send_modify(|heard| heard.rings += 1),
                Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return,
            },
        }
    }
    // Whoever is gone already needs no farewell.
    socket.close(None).await.ok();
}
