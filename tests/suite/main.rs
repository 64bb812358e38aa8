
mod syntax;
