
mod interp;
