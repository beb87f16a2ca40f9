//! The back end that takes orders: from the stock, through payments, to an order number.
//!
//! An order is: take from stock, charge, and if the card is declined put back.
//! Each of the three is a call through the server door as the workload `shop`.

use std::collections::VecDeque;
use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::json;
use tokio::sync::Mutex;

use super::catalogue::{Item, Line};
use super::customer::Customers;
use super::payments::{Charge, ChargeStatus};
use super::server_door::{Connection, ServerDoor, ServerDoorError};
use super::{KEPT, reference};

/// Longest name that a parcel label takes.
const NAME_BYTES: usize = 80;

#[derive(Clone)]
struct Desk {
    door: ServerDoor,
    customers: Customers,
    orders: Arc<Mutex<VecDeque<Order>>>,
}

#[derive(Clone, Serialize)]
struct Order {
    id: String,
    /// Whose it is, where that is known; nobody reads it.
    #[serde(skip)]
    customer: Option<String>,
    name: String,
    lines: Vec<Line>,
    total_cents: u64,
    payment: Payment,
}

#[derive(Clone, Serialize)]
struct Payment {
    charge: String,
    status: ChargeStatus,
    /// The id of the call to payments at the server door.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<String>,
}

/// The routes of ordering, which reaches its neighbours through `door`.
pub(crate) fn router(door: ServerDoor) -> Router {
    Router::new()
        .route("/orders", get(list).post(place))
        .route("/orders/{id}", get(show))
        .route("/my/orders", get(mine))
        .with_state(Desk { door, customers: Customers::default(), orders: Arc::default() })
}

async fn list(State(desk): State<Desk>) -> Response {
    Json(json!({ "orders": *desk.orders.lock().await })).into_response()
}

async fn show(State(desk): State<Desk>, Path(id): Path<String>) -> Response {
    match desk.orders.lock().await.iter().find(|order| order.id == id) {
        Some(order) => Json(order).into_response(),
        None => refusal(StatusCode::NOT_FOUND, "there is no such order".to_owned()),
    }
}

/// The orders of whoever asks, as the gateway says who that is.
async fn mine(State(desk): State<Desk>, headers: HeaderMap) -> Response {
    match desk.customers.of(&headers, &desk.door).await {
        Ok(Some(customer)) => {
            let orders = desk.orders.lock().await;
            let mine: Vec<_> =
                orders.iter().filter(|order| order.customer.as_deref() == Some(customer.as_str())).collect();
            Json(json!({ "orders": mine })).into_response()
        }
        Ok(None) => refusal(StatusCode::FORBIDDEN, "who is asking cannot be seen".to_owned()),
        Err(error) => refusal(StatusCode::SERVICE_UNAVAILABLE, error.to_string()),
    }
}

#[derive(Deserialize)]
struct NewOrder {
    #[serde(default)]
    name: String,
    items: Vec<Item>,
    #[serde(default)]
    card: String,
}

async fn place(State(desk): State<Desk>, headers: HeaderMap, Json(new): Json<NewOrder>) -> Response {
    if new.name.len() > NAME_BYTES {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, format!("a name has at most {NAME_BYTES} bytes"));
    }
    match order(&desk, &headers, new).await {
        Ok(order) => {
            let paid = order.payment.status == ChargeStatus::Paid;
            let mut orders = desk.orders.lock().await;
            if orders.len() >= KEPT {
                orders.pop_front();
            }
            orders.push_back(order.clone());
            let status = if paid { StatusCode::CREATED } else { StatusCode::PAYMENT_REQUIRED };
            (status, Json(order)).into_response()
        }
        Err(OrderError::Refused(status, message)) => refusal(status, message),
        Err(OrderError::Neighbour(error)) => {
            let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
            refusal(StatusCode::SERVICE_UNAVAILABLE, format!("{error}{cause}"))
        }
    }
}

enum OrderError {
    Refused(StatusCode, String),
    Neighbour(ServerDoorError),
}

impl<E: Into<ServerDoorError>> From<E> for OrderError {
    fn from(error: E) -> Self {
        Self::Neighbour(error.into())
    }
}

async fn order(desk: &Desk, headers: &HeaderMap, new: NewOrder) -> Result<Order, OrderError> {
    let unavailable = || OrderError::Refused(StatusCode::SERVICE_UNAVAILABLE, "no order numbers".to_owned());
    let id = reference::new("order").ok_or_else(unavailable)?;
    let customer = desk.customers.of(headers, &desk.door).await?;
    let mut door = desk.door.connect(headers.get("traceparent").cloned()).await?;
    let lines = take(&mut door, &new.items).await?;
    let total_cents = lines
        .iter()
        .try_fold(0_u64, |sum, line| sum.checked_add(line.price_cents.checked_mul(u64::from(line.quantity))?))
        .ok_or_else(|| OrderError::Refused(StatusCode::UNPROCESSABLE_ENTITY, "too much to add up".to_owned()))?;
    let charge = json!({ "order": id, "amount_cents": total_cents, "card": new.card });
    let answer = door.post("/payments/charges", &charge).await?;
    if answer.status != 201 {
        // What was taken goes back; the customer hears of the payment, not of the shelf.
        door.post("/stock/return", &new.items).await?;
        return Err(OrderError::Refused(StatusCode::BAD_GATEWAY, format!("payments answered {}", answer.status)));
    }
    let charge: Charge = serde_json::from_slice(&answer.body)?;
    if charge.status == ChargeStatus::Declined {
        door.post("/stock/return", &new.items).await?;
    }
    let payment = Payment { charge: charge.id, status: charge.status, request_id: answer.request_id };
    Ok(Order { id, customer, name: new.name, lines, total_cents, payment })
}

async fn take(door: &mut Connection, items: &[Item]) -> Result<Vec<Line>, OrderError> {
    #[derive(Deserialize)]
    struct Refusal {
        #[serde(alias = "title")]
        message: String,
    }
    let answer = door.post("/stock/take", &items).await?;
    if answer.status == 200 {
        return Ok(serde_json::from_slice(&answer.body)?);
    }
    let refusal: Refusal = serde_json::from_slice(&answer.body)?;
    let status = match answer.status {
        404 | 422 => StatusCode::UNPROCESSABLE_ENTITY,
        409 => StatusCode::CONFLICT,
        _ => StatusCode::BAD_GATEWAY,
    };
    Err(OrderError::Refused(status, refusal.message))
}

fn refusal(status: StatusCode, message: String) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}
