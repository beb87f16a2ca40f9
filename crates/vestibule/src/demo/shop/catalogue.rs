//! The back end that knows the products: what there is, what it costs, and how much of it is left.
//!
//! One service behind both doors: customers read `/products` and follow `/feed` through the client
//! door; the shop takes from stock and the warehouse fills it through the server door.
//! It comes in two editions over the same shelves: the one in use, and the next as a canary.

mod feed;

use std::sync::Arc;

use axum::extract::{FromRef, Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tokio::sync::{Mutex, MutexGuard, watch};

/// Most of one thing that the warehouse can hold.
const SHELF: u32 = 10_000;
/// Most lines in one order.
const LINES: usize = 50;

/// One product; prices are in cents.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Product {
    id: &'static str,
    name: &'static str,
    description: &'static str,
    price_cents: u64,
    stock: u32,
}

/// How many of which product.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Item {
    pub(crate) product: String,
    pub(crate) quantity: u32,
}

/// A line of an order, priced by the catalogue and not by the customer.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Line {
    pub(crate) product: String,
    pub(crate) name: String,
    pub(crate) quantity: u32,
    pub(crate) price_cents: u64,
}

/// What is on the shelves, and word of every change.
#[derive(Clone, Debug)]
pub(crate) struct Shelves {
    products: Arc<Mutex<Vec<Product>>>,
    changed: watch::Sender<()>,
}

impl Shelves {
    /// Full shelves.
    pub(crate) fn new() -> Self {
        Self { products: Arc::new(Mutex::new(products())), changed: watch::Sender::new(()) }
    }

    async fn lock(&self) -> MutexGuard<'_, Vec<Product>> {
        self.products.lock().await
    }

    async fn levels(&self) -> Value {
        let products = self.lock().await;
        let level = |product: &Product| (product.id.to_owned(), json!(product.stock));
        Value::Object(products.iter().map(level).collect())
    }
}

/// Which of the two catalogues this is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Edition(pub(crate) &'static str);

#[derive(Clone)]
struct Catalogue {
    shelves: Shelves,
    edition: Edition,
}

impl FromRef<Catalogue> for Shelves {
    fn from_ref(catalogue: &Catalogue) -> Self {
        catalogue.shelves.clone()
    }
}

/// The routes of the catalogue.
pub(crate) fn router(shelves: Shelves, edition: Edition) -> Router {
    Router::new()
        .route("/feed", get(feed::feed))
        .route("/products", get(list))
        .route("/products/{id}", get(show))
        .route("/levels", get(levels))
        .route("/levels/{id}", put(set_level))
        .route("/take", post(take))
        .route("/return", post(put_back))
        .with_state(Catalogue { shelves, edition })
}

async fn list(State(catalogue): State<Catalogue>) -> Response {
    let Catalogue { shelves, edition: Edition(edition) } = catalogue;
    Json(json!({ "edition": edition, "products": *shelves.lock().await })).into_response()
}

async fn show(State(shelves): State<Shelves>, Path(id): Path<String>) -> Response {
    match shelves.lock().await.iter().find(|product| product.id == id) {
        Some(product) => Json(product).into_response(),
        None => unknown(&id),
    }
}

async fn levels(State(shelves): State<Shelves>) -> Response {
    Json(json!({ "levels": shelves.levels().await })).into_response()
}

#[derive(Deserialize)]
struct Level {
    stock: u32,
}

async fn set_level(State(shelves): State<Shelves>, Path(id): Path<String>, Json(level): Json<Level>) -> Response {
    match shelves.lock().await.iter_mut().find(|product| product.id == id) {
        Some(product) => {
            product.stock = level.stock.min(SHELF);
            shelves.changed.send_replace(());
            Json(json!({ "product": id, "stock": product.stock })).into_response()
        }
        None => unknown(&id),
    }
}

/// All of it or nothing: either every item leaves the shelf, or none.
async fn take(State(shelves): State<Shelves>, Json(items): Json<Vec<Item>>) -> Response {
    if items.is_empty() || items.len() > LINES {
        return refusal(StatusCode::UNPROCESSABLE_ENTITY, format!("an order has 1 to {LINES} lines"));
    }
    let mut on_shelves = shelves.lock().await;
    let mut taken = on_shelves.clone();
    let mut lines = Vec::with_capacity(items.len());
    for item in items {
        let Some(product) = taken.iter_mut().find(|product| product.id == item.product) else {
            return unknown(&item.product);
        };
        match product.stock.checked_sub(item.quantity) {
            Some(left) if item.quantity > 0 => product.stock = left,
            _ => return refusal(StatusCode::CONFLICT, format!("{} of {} are left", product.stock, product.name)),
        }
        lines.push(Line {
            product: item.product,
            name: product.name.to_owned(),
            quantity: item.quantity,
            price_cents: product.price_cents,
        });
    }
    *on_shelves = taken;
    shelves.changed.send_replace(());
    Json(lines).into_response()
}

async fn put_back(State(shelves): State<Shelves>, Json(items): Json<Vec<Item>>) -> Response {
    let mut on_shelves = shelves.lock().await;
    for item in items.iter().take(LINES) {
        if let Some(product) = on_shelves.iter_mut().find(|product| product.id == item.product) {
            product.stock = product.stock.saturating_add(item.quantity).min(SHELF);
        }
    }
    shelves.changed.send_replace(());
    StatusCode::NO_CONTENT.into_response()
}

fn unknown(id: &str) -> Response {
    refusal(StatusCode::NOT_FOUND, format!("no product `{id}`"))
}

fn refusal(status: StatusCode, message: String) -> Response {
    (status, Json(json!({ "message": message }))).into_response()
}

fn products() -> Vec<Product> {
    let product = |id, name, description, price_cents, stock| Product { id, name, description, price_cents, stock };
    vec![
        product("knocker", "Lion knocker", "Cast brass. Says who is there before the bell does.", 8_900, 12),
        product("bell", "Pull bell", "A porcelain grip, a wire, one honest note.", 6_450, 20),
        product("lantern", "Porch lantern", "Smoked glass and a flame that never needs oil.", 11_900, 8),
        product("mat", "Coir doormat", "Keeps the weather where it belongs.", 3_200, 40),
        product("hooks", "Row of five hooks", "Oiled oak, blacksmith's iron, no wobble.", 5_400, 25),
        product("stand", "Umbrella stand", "Glazed stoneware. Forgives every drip.", 9_800, 6),
        product("bowl", "Key bowl", "Turned walnut. They are where you left them.", 4_100, 30),
        product("mirror", "Last-look mirror", "Round, brass-rimmed, kind in the morning.", 14_500, 3),
        product("scraper", "Boot scraper", "Wrought iron. For those who came by the garden.", 7_200, 15),
    ]
}
