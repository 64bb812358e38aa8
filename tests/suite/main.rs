mod interp;
#[cfg(feature = "engine")]
mod agree;
