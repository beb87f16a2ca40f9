//! What a terminal or a JSON reader must never see.
