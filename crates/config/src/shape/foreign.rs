//! Words that people bring along from other tools, and wishes that this file does not grant, each with its answer.

/// What is answered to a word from elsewhere.
pub(crate) struct Foreign {
    /// The word.
    pub(crate) word: &'static str,
    /// Our word for it, where it is a key.
    pub(crate) ours: Option<&'static str>,
    /// The answer.
    pub(crate) answer: &'static str,
}

const fn is(word: &'static str, ours: &'static str, answer: &'static str) -> Foreign {
    Foreign { word, ours: Some(ours), answer }
}

const fn no(word: &'static str, answer: &'static str) -> Foreign {
    Foreign { word, ours: None, answer }
}

const LISTENER: &str = "a listening address is a door: `doors:`";
const SERVICE: &str = "what stands behind is a service: `services:`, with its `urls:`";
const ROUTES: &str = "routes are the `operations:` of an API, each `NAME: METHOD /path`";
const CALLERS: &str = "who may call stands under `callers:` of the API";
const ORDER: &str = "order never means anything; the most specific route wins";
const PROGRAM: &str = "there is no program in the file; put it into a service of your own";

/// Every word that has an answer.
pub(crate) const FOREIGN: &[Foreign] = &[
    is("listener", "doors", LISTENER),
    is("listeners", "doors", LISTENER),
    is("listens", "listen", LISTENER),
    is("entrypoint", "doors", LISTENER),
    is("entrypoints", "doors", LISTENER),
    is("frontend", "doors", LISTENER),
    is("server", "doors", "`server` is a door: it stands under `doors:`"),
    is("client", "doors", "`client` is a door: it stands under `doors:`"),
    is("port", "listen", "an address and port: `listen: 127.0.0.1:8443`"),
    is("bind", "listen", "an address and port: `listen: 127.0.0.1:8443`"),
    is("upstream", "services", SERVICE),
    is("upstreams", "services", SERVICE),
    is("backend", "services", SERVICE),
    is("backends", "services", SERVICE),
    is("cluster", "services", SERVICE),
    is("clusters", "services", SERVICE),
    is("endpoint", "urls", SERVICE),
    is("endpoints", "urls", SERVICE),
    is("target", "urls", SERVICE),
    is("targets", "urls", SERVICE),
    is("url", "urls", "the key is `urls`, also for a single one"),
    is("proxy_pass", "service", SERVICE),
    is("route", "operations", ROUTES),
    is("routes", "operations", ROUTES),
    is("router", "operations", ROUTES),
    is("routers", "operations", ROUTES),
    is("location", "operations", ROUTES),
    is("paths", "operations", ROUTES),
    is("consumer", "keys", "who calls is an app, a key or a workload: `apps:`, `keys:`, `workloads:`"),
    is("consumers", "keys", "who calls is an app, a key or a workload: `apps:`, `keys:`, `workloads:`"),
    is("realm", "identity", "accounts and tokens are issued by `identity:`"),
    is("authorization_server", "identity", "accounts and tokens are issued by `identity:`"),
    is("identity_provider", "issuers", "foreign providers stand under `issuers:`"),
    is("auth", "callers", CALLERS),
    is("authentication", "callers", CALLERS),
    is("authorization", "callers", CALLERS),
    is("acl", "callers", CALLERS),
    is("rbac", "callers", CALLERS),
    is("allow", "callers", CALLERS),
    is("api_keys", "keys", "the key is `keys`"),
    is("anonymous", "public", "whoever may call without saying who: `public: true`"),
    is("whitelist", "networks", "addresses that may call: `networks:`"),
    is("allowlist", "networks", "addresses that may call: `networks:`"),
    is("blacklist", "deny", "addresses that may not call: `deny:`"),
    is("denylist", "deny", "addresses that may not call: `deny:`"),
    is("rate_limit", "limits", "limits stand under `limits:`"),
    is("rate_limiting", "limits", "limits stand under `limits:`"),
    is("timeout", "deadline", "the time for the whole answer is `deadline`"),
    is("timeouts", "deadline", "the time for the whole answer is `deadline`"),
    is("max_body", "body", "the largest request body is `body`"),
    is("client_max_body_size", "body", "the largest request body is `body`"),
    is("openapi", "contract", "the contract of an API is `contract`"),
    is("insecure", "loosen", "anything weaker than the default is a line under `loosen:` with its reason"),
    is("logging", "observe", "the log stands under `observe: { log: … }`"),
    is("metrics", "observe", "metrics stand under `observe: { metrics: … }`"),
    is("version", "vestibule", "the format of the file: `vestibule: 1`"),
    no("middleware", "there are no middlewares: callers, networks, limits and the rest are keys of the API"),
    no("middlewares", "there are no middlewares: callers, networks, limits and the rest are keys of the API"),
    no("plugin", "there are no plug-ins: callers, networks, limits and the rest are keys of the API"),
    no("plugins", "there are no plug-ins: callers, networks, limits and the rest are keys of the API"),
    no("filters", "there are no filters: callers, networks, limits and the rest are keys of the API"),
    no("priority", ORDER),
    no("order", ORDER),
    no("weight", ORDER),
    no("regex", "there are no regular expressions; `{name}` is one segment, a last `/**` the rest"),
    no("except", "a list says who may; `callers` has no \"everyone except\""),
    no("script", PROGRAM),
    no("lua", PROGRAM),
    no("template", PROGRAM),
    no("if", PROGRAM),
    no("insecure_skip_verify", "verification cannot be switched off"),
    no("tls_verify", "verification cannot be switched off"),
    no("extends", "there is no inheritance between APIs; write what holds, or use a generator"),
    no("overrides", "there are no overlays: what differs between environments is an `${env:…}` or another file"),
];

/// The answer to a word from elsewhere, if it has one.
pub(crate) fn answer(word: &str) -> Option<&'static Foreign> {
    let plain: String = word.chars().filter(|c| *c != '-').flat_map(char::to_lowercase).collect();
    FOREIGN.iter().find(|foreign| foreign.word == plain || foreign.word.replace('_', "") == plain)
}
