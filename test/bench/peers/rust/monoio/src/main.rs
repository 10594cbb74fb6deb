//! Monoio on io_uring, one thread: the kernel borrows a buffer for each read and write, and the
//! runtime gives it back with the result.

use monoio::io::{AsyncReadRent, AsyncWriteRent, AsyncWriteRentExt};
use monoio::net::{ListenerOpts, TcpListener, UnixListener, UnixStream};
use peer_contract::{Address, Messages, Order, BUFFER_BYTES};

/// Operations in the ring at once; 2000 connections have one each.
const RING_ENTRIES: u32 = 4096;

async fn serve(mut stream: impl AsyncReadRent + AsyncWriteRent, echo: bool) -> std::io::Result<()> {
    let mut buffer = Vec::with_capacity(BUFFER_BYTES);
    let mut messages = Messages::default();
    loop {
        let (result, mut filled) = stream.read(buffer).await;
        let size = result?;
        if size == 0 {
            return Ok(());
        }
        if echo {
            peer_contract::arrived(size);
            let (result, sent) = stream.write_all(filled).await;
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
            let listener = TcpListener::bind(address)?;
            peer_contract::say_ready();
            loop {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                monoio::spawn(serve(stream, order.echo));
            }
        }
        Address::Unix(path) => {
            // Linux 6.13 and newer refuse SO_REUSEPORT, which is the default, on a unix socket.
            let options = ListenerOpts::new().reuse_port(false);
            let listener = UnixListener::bind_with_config(path, &options)?;
            peer_contract::say_ready();
            loop {
                let (stream, _) = listener.accept().await?;
                monoio::spawn(serve(stream, order.echo));
            }
        }
    }
}

fn main() -> std::io::Result<()> {
    let order = Order::read();
    let termination = peer_contract::termination()?;
    let builder = monoio::RuntimeBuilder::<monoio::IoUringDriver>::new();
    builder
        .with_entries(RING_ENTRIES)
        .build()?
        .block_on(async {
            monoio::spawn(async { accept(order).await.expect("clients are accepted") });
            UnixStream::from_std(termination)?.read(vec![0]).await.0
        })?;
    peer_contract::print_tally();
    Ok(())
}
