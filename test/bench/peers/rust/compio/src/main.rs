//! Compio on io_uring, one thread: buffers are owned by an operation while it lasts, and a task
//! for each connection reads and writes in straight lines.

use compio::buf::BufResult;
use compio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use compio::net::{TcpListener, UnixListener, UnixStream};
use compio::runtime::{spawn, Runtime};
use peer_contract::{Address, Messages, Order, BUFFER_BYTES};

async fn serve(mut stream: impl AsyncRead + AsyncWrite, echo: bool) -> std::io::Result<()> {
    let mut buffer = Vec::with_capacity(BUFFER_BYTES);
    let mut messages = Messages::default();
    loop {
        let BufResult(result, mut filled) = stream.read(buffer).await;
        let size = result?;
        if size == 0 {
            return Ok(());
        }
        if echo {
            peer_contract::arrived(size);
            let BufResult(result, sent) = stream.write_all(filled).await;
            result?;
            filled = sent;
        } else {
            messages.take(&filled);
        }
        filled.clear();
        buffer = filled;
    }
}

async fn accept(order: Order) -> std::io::Result<()> {
    match order.address {
        Address::Tcp(address) => {
            let listener = TcpListener::bind(address).await?;
            peer_contract::say_ready();
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                spawn(serve(stream, order.echo)).detach();
            }
        }
        Address::Unix(path) => {
            let listener = UnixListener::bind(path).await?;
            peer_contract::say_ready();
            loop {
                let (stream, _) = listener.accept().await?;
                spawn(serve(stream, order.echo)).detach();
            }
        }
    }
}

fn main() -> std::io::Result<()> {
    let order = Order::read();
    let termination = peer_contract::termination()?;
    Runtime::new()?.block_on(async {
        spawn(async { accept(order).await.expect("clients are accepted") }).detach();
        UnixStream::from_std(termination)?.read(vec![0]).await.0
    })?;
    peer_contract::print_tally();
    Ok(())
}
