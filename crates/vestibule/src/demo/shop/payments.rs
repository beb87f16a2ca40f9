//! The back end that moves the money: charges and refunds. Who may ask it for which is the server door's business.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Mutex;

use super::{KEPT, reference};

/// The demo's card that is never honoured.
pub(crate) const DECLINED_CARD: &str = "declined";

/// Money taken, given back, or not had.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Charge {
    pub(crate) id: String,
    pub(crate) order: String,
    pub(crate) amount_cents: u64,
    pub(crate) status: ChargeStatus,
}

/// How a charge stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChargeStatus {
    /// The money is here.
    Paid,
    /// The card was not honoured.
    Declined,
    /// The money went back.
    Refunded,
}

type Ledger = Arc<Mutex<VecDeque<Charge>>>;

/// The routes of payments.
pub(crate) fn router() -> Router {
    Router::new()
        .route("/charges", get(list).post(charge))
        .route("/charges/{id}", get(show))
        .route("/refunds", post(refund))
        .with_state(Ledger::default())
}

async fn list(State(ledger): State<Ledger>) -> Response {
    Json(json!({ "charges": *ledger.lock().await })).into_response()
}

async fn show(State(ledger): State<Ledger>, Path(id): Path<String>) -> Response {
    match ledger.lock().await.iter().find(|charge| charge.id == id) {
        Some(charge) => Json(charge).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

#[derive(Deserialize)]
struct NewCharge {
    order: String,
    amount_cents: u64,
    #[serde(default)]
    card: String,
}

async fn charge(State(ledger): State<Ledger>, Json(new): Json<NewCharge>) -> Response {
    let Some(id) = reference::new("charge") else { return StatusCode::INTERNAL_SERVER_ERROR.into_response() };
    let status = if new.card == DECLINED_CARD { ChargeStatus::Declined } else { ChargeStatus::Paid };
    let charge = Charge { id, order: new.order, amount_cents: new.amount_cents, status };
    let mut ledger = ledger.lock().await;
    if ledger.len() >= KEPT {
        ledger.pop_front();
    }
    ledger.push_back(charge.clone());
    (StatusCode::CREATED, Json(charge)).into_response()
}

#[derive(Deserialize)]
struct NewRefund {
    charge: String,
}

async fn refund(State(ledger): State<Ledger>, Json(new): Json<NewRefund>) -> Response {
    let mut ledger = ledger.lock().await;
    match ledger.iter_mut().find(|charge| charge.id == new.charge) {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(charge) if charge.status != ChargeStatus::Paid => {
            (StatusCode::CONFLICT, Json(json!({ "message": "this charge was not paid" }))).into_response()
        }
        Some(charge) => {
            charge.status = ChargeStatus::Refunded;
            (StatusCode::CREATED, Json(charge.clone())).into_response()
        }
    }
}
