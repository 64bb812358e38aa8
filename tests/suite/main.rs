
mod syntax;
mod interp;
